from __future__ import annotations

import pytest

from scribedock.speech.terms import MAX_TERMS, terms_in


@pytest.mark.parametrize(
    ("notes", "terms"),
    [
        ("", ()),
        ("Please keep all fillers. Thank you!", ()),
        ("The speakers are Elinor Dashwood and Colonel Brandon.", ("Elinor Dashwood", "Colonel Brandon")),
        ("Elinor Dashwood speaks first.", ("Elinor Dashwood",)),
        ("We deploy with Kubernetes; FBI and B2B are spelled so.", ("Kubernetes", "FBI", "B2B")),
        ("Speakers: Ann &amp; Bob&#x27;s guests", ("Ann", "Bob's")),
        ("Ann, Bob Miller, the cat", ("Ann", "Bob Miller")),
        ("Ann.\nAnn said that Ann is Ann", ("Ann",)),
    ],
)
def test_names_are_found_in_notes(notes: str, terms: tuple[str, ...]) -> None:
    assert terms_in(notes) == terms


def test_there_are_only_so_many() -> None:
    assert len(terms_in("and " + " and ".join(f"Name{number}" for number in range(500)))) == MAX_TERMS
