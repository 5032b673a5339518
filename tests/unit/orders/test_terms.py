from __future__ import annotations

import pytest

from scribedock.orders.terms import MAX_TERM, MAX_TERMS, MAX_WORDS, plain_text, terms_of

GUIDELINE = """\ufeffGuidelines for the course
Speakers: Dr. María Núñez, John O'Neil and Tim
Please write numbers as digits. The course is held at the University of Southern California by Ada Lovelace.
We use iPhone and COVID-19 vaccines; say "messenger ribonucleic acid" in full. It is C++, I think.
Glossary:
- mitochondria
* CRISPR-Cas9: a tool for editing
2. Krebs cycle
rough endoplasmic reticulum – a structure of the Golgi apparatus
ATP = adenosine triphosphate
Note: do not write every sound
See https://example.org/Style or write to Editor@example.org
"""


def test_names_quotes_lists_and_glossaries_give_terms_and_instructions_do_not() -> None:
    assert terms_of(GUIDELINE) == (
        "Dr. María Núñez",
        "John O'Neil",
        "Tim",
        "University of Southern California",
        "Ada Lovelace",
        "messenger ribonucleic acid",
        "iPhone",
        "COVID-19",
        "C++",
        "mitochondria",
        "CRISPR-Cas9",
        "Krebs cycle",
        "rough endoplasmic reticulum",
        "Golgi",
        "ATP",
    )


def test_of_a_page_what_a_reader_sees_counts() -> None:
    page = """<!DOCTYPE html><html><style>Bad {}</style><script>let Worse = "Worst thing"</script></head>
    <body><h1>Names</h1><ul><li>Zürich</li><li>S&atilde;o Paulo</ul><p>Ask Anna Freud.</p><!-- Hidden -->
    <table><tr><td>GraphQL</td><td>a language</td></tr></table></body></html>"""
    assert terms_of(page) == ("Zürich", "São Paulo", "Anna Freud", "GraphQL")


@pytest.mark.parametrize(
    ("guideline", "terms"),
    [
        ("", ()),
        ("Please be accurate.", ()),
        ("Kubernetes, etcd, gRPC", ("Kubernetes", "etcd", "gRPC")),
        ("术语：\n- 线粒体\n- 克雷布斯循环", ("线粒体", "克雷布斯循环")),
        ("Имена: Лев Толстой, Антон Чехов", ("Лев Толстой", "Антон Чехов")),
        ("Ask Zoë. zoë knows.", ("Zoë",)),
        ("She said «salle à manger» twice.", ("salle à manger",)),
        ("- Krebs cycle\n- krebs CYCLE", ("Krebs cycle",)),
        ("12, 13, 14", ()),
        ("<b>not a page", ()),
    ],
)
def test_terms_of_small_guidelines(guideline: str, terms: tuple[str, ...]) -> None:
    assert terms_of(guideline) == terms


def test_a_term_is_short_and_terms_are_not_without_number() -> None:
    terms = terms_of("\n".join(f"- term {number}" for number in range(5000)) + "\n- " + "x" * 500)
    assert len(terms) == MAX_TERMS
    assert all(len(term) <= MAX_TERM and len(term.split()) <= MAX_WORDS for term in terms)


@pytest.mark.parametrize(
    "hostile",
    [
        "Ab " * 350_000,
        "a." * 500_000,
        '"x' * 500_000,
        "a'" * 500_000,
        "x: " * 350_000,
        "<p>" * 350_000,
        "<html>" + "<div>" * 200_000 + "Deep",
        "<!DOCTYPE html [<!ENTITY a 'b'>" + "&a;" * 100_000,
    ],
)
def test_a_hostile_guideline_ends_like_any_other(hostile: str) -> None:
    assert len(terms_of(hostile)) <= MAX_TERMS


def test_a_text_is_left_as_it_is() -> None:
    assert plain_text("a < b\n<b>bold</b>") == "a < b\n<b>bold</b>"
