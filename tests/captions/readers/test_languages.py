"""Captions in several languages are never mixed."""

from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers import CueFile, read

P = '<p begin="{0}s" end="{1}s"{3}>{2}</p>'


def document(*divs: tuple[str, list[tuple[int, int, str, str]]], language: str = "") -> bytes:
    body = ""
    for div, paragraphs in divs:
        lines = "".join(
            P.format(start, end, text, f' xml:lang="{own}"' if own else "")
            for start, end, text, own in paragraphs
        )
        body += f'<div xml:lang="{div}">{lines}</div>' if div else f"<div>{lines}</div>"
    return f'<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="{language}"><body>{body}</body></tt>'.encode()


def texts(file: CueFile) -> list[str]:
    return [cue.lines[0].text for cue in file.cues]


ENGLISH = ("en-US", [(1, 3, "Good night.", ""), (4, 6, "Sleep well.", "")])
DUTCH = ("nl", [(1, 3, "Goedenacht.", ""), (7, 9, "Slaap lekker.", "")])


@pytest.mark.parametrize(
    ("root", "asked", "expected"),
    [
        ("", "", ["Good night.", "Sleep well."]),
        ("nl", "", ["Goedenacht.", "Slaap lekker."]),
        ("nl", "en", ["Good night.", "Sleep well."]),
        ("", "nl-BE", ["Goedenacht.", "Slaap lekker."]),
        ("fr", "", ["Good night.", "Sleep well."]),
    ],
)
def test_one_of_several_languages_is_read_and_the_other_reported(
    root: str, asked: str, expected: list[str]
) -> None:
    file = read(document(ENGLISH, DUTCH, language=root), language=asked)
    assert texts(file) == expected
    [warning] = file.warnings
    assert "2 captions in" in str(warning)
    assert file.language == ("en-US" if expected[0] == "Good night." else "nl")


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnreadableFile, match=r"^The captions are in en-US, nl; none of them is de$"):
        read(document(ENGLISH, DUTCH), language="de")


def test_paragraphs_that_translate_each_other_are_parted() -> None:
    both = [
        (1, 3, "Good night.", "en"),
        (1, 3, "Goedenacht.", "nl"),
        (4, 6, "Sleep.", "en"),
        (4, 6, "Slaap.", "nl"),
    ]
    assert texts(read(document(("", both)))) == ["Good night.", "Sleep."]
    assert texts(read(document(("", both)), language="nl")) == ["Goedenacht.", "Slaap."]


def test_a_sentence_in_another_language_stays_where_somebody_says_it() -> None:
    quoting = [(1, 3, "He said:", ""), (4, 6, "Goedenacht.", "nl"), (7, 9, "And left.", "")]
    file = read(document(("en", quoting)))
    assert texts(file) == ["He said:", "Goedenacht.", "And left."]
    assert (file.language, file.warnings) == ("en", ())


def test_the_only_language_of_a_file_is_its_own_whatever_the_root_says() -> None:
    file = read(document(DUTCH, language="en"))
    assert (file.language, texts(file)) == ("nl", ["Goedenacht.", "Slaap lekker."])
    assert read(document(DUTCH), language="fr").language == "nl"
    assert (
        read(b"WEBVTT\nKind: captions\nLanguage: pt-BR\n\n00:01.000 --> 00:02.000\nOi.\n").language == "pt-BR"
    )


def lines(*texts: tuple[str, str]) -> bytes:
    paragraphs = ""
    for number, (own, other) in enumerate(texts):
        said = f'{own}<br/><span xml:lang="ga">{other}</span>' if other else own
        paragraphs += P.format(2 * number, 2 * number + 2, said, "")
    body = f"<div>{paragraphs}</div>"
    return f'<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body>{body}</body></tt>'.encode()


def test_lines_in_two_languages_are_never_mixed() -> None:
    both = lines(("Thank you.", "Go raibh maith agat."), ("Welcome.", "Fáilte."))
    assert texts(read(both)) == ["Thank you.", "Welcome."]
    assert texts(read(both, language="ga")) == ["Go raibh maith agat.", "Fáilte."]


def test_a_line_that_somebody_says_in_another_language_stays() -> None:
    said = lines(("- Thank you.", "- Fáilte."), ("What?", ""), ("Never mind.", ""))
    assert [line.text for cue in read(said).cues for line in cue.lines] == [
        *("- Thank you.", "- Fáilte.", "What?", "Never mind."),
    ]


def test_codes_of_three_letters_are_those_of_two() -> None:
    file = read(document(("eng", [(1, 3, "Yes.", "")]), ("fre-CA", [(1, 3, "Oui.", "")])), language="fr")
    assert (texts(file), file.language) == (["Oui."], "fr-CA")
