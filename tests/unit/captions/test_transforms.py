"""Spelling, slang and profanity: what the options change in the text."""

from __future__ import annotations

import pytest

from scribedock.captions.options import CaptionOptions, Spelling
from scribedock.captions.words import words_of
from tests.unit.captions.sample import say

A, B, Z, U, C = (
    Spelling.AMERICAN,
    Spelling.BRITISH,
    Spelling.BRITISH_IZE,
    Spelling.AUSTRALIAN,
    Spelling.CANADIAN,
)


def shown(text: str, language: str = "en", **options: object) -> str:
    words = words_of(say(text, language=language), CaptionOptions(**options))  # type: ignore[arg-type]
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("text", "spelling", "expected"),
    [
        ("The color of the harbor.", B, "The colour of the harbour."),
        ("The colour of the harbour.", A, "The color of the harbor."),
        ("We organize and analyze it.", B, "We organise and analyse it."),
        ("We organize and analyze it.", Z, "We organize and analyse it."),
        ("We organise and analyse it.", A, "We organize and analyze it."),
        ("We organize and analyze it.", U, "We organise and analyse it."),
        ("We organise the centre.", C, "We organize the centre."),
        ("Colors are nice.", B, "Colours are nice."),
        ("COLOR.", B, "COLOUR."),
    ],
)
def test_words_are_written_as_the_variety_does(text: str, spelling: Spelling, expected: str) -> None:
    assert shown(text, replace_english_spelling=spelling) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A program to practice a sport.",
        "We exercise, advise, surprise and promise; a prize is a prize.",
        "We met Mister Color in Pearl Harbor.",
    ],
)
@pytest.mark.parametrize("spelling", list(Spelling))
def test_what_is_not_certain_stays(text: str, spelling: Spelling) -> None:
    assert shown(text, replace_english_spelling=spelling) == text


def test_other_languages_are_not_respelled() -> None:
    assert shown("El color organize.", "es", replace_english_spelling=B) == "El color organize."


def test_slang_becomes_proper_words_in_the_case_of_the_sentence() -> None:
    assert shown("Gonna go, y'all wanna come?", replace_slang=True) == "Going to go, you all want to come?"
    assert shown("Gonna go.") == "Gonna go."


def test_slang_is_that_of_the_language() -> None:
    assert shown("Ouais, gonna.", "fr", replace_slang=True) == "Oui, gonna."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This shit is bullshit!", "This **** is ********!"),
        ("Shit.", "****."),
        ("The class from Scunthorpe can assess it.", "The class from Scunthorpe can assess it."),
        ("A cock crows.", "A cock crows."),
    ],
)
def test_whole_profane_words_are_masked(text: str, expected: str) -> None:
    assert shown(text, mask_profanity=True) == expected


def test_profanity_is_that_of_the_language() -> None:
    assert shown("Merde.", "fr", mask_profanity=True) == "*****."
    assert shown("Merde.", mask_profanity=True) == "Merde."


def test_nothing_is_masked_or_replaced_unasked() -> None:
    text = "The damn color is gonna be shit."
    assert shown(text) == text
