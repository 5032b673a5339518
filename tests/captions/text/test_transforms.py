from __future__ import annotations

from typing import Any

import pytest

from scribedock_captions.options import Spelling, TranscriptOptions
from scribedock_captions.text.words import words_of
from tests.captions.sample import say


def text(written: str, language: str = "en", **options: Any) -> str:
    return " ".join(
        word.text for word in words_of(say(written, language=language), TranscriptOptions(**options))
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Gonna rain, I'm gonna stay.", "Going to rain, I'm going to stay."),
        ("I WANNA go.", "I WANT TO go."),
        ("I dunno, y'all.", "I don't know, you all."),
        ("Goin' home, singin' songs.", "Going home, singing songs."),
        ("Begin in Berlin.", "Begin in Berlin."),
        ("We got 'em, cuz we kinda tried.", "We got them, because we kind of tried."),
    ],
)
def test_slang_is_replaced_in_its_case(given: str, expected: str) -> None:
    assert text(given, replace_slang=True) == expected
    assert text(given) == given


def test_slang_belongs_to_a_language() -> None:
    assert text("Pra casa, tá?", "pt-br", replace_slang=True) == "Para casa, está?"
    assert text("Gonna rain.", "pt", replace_slang=True) == "Gonna rain."


def test_a_word_that_becomes_two_keeps_its_time_and_its_captions() -> None:
    words = words_of(say("We wanna go."), TranscriptOptions(replace_slang=True))
    assert [(word.text, word.start, word.end, word.continues) for word in words[1:3]] == [
        ("want", 300, 600, False),
        ("to", 300, 600, True),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Oh shit, no.", "Oh ****, no."),
        ("Fucking Scunthorpe class.", "******* Scunthorpe class."),
        ("A cocktail in Penistone, a shitake.", "A cocktail in Penistone, a shitake."),
        ("What the FUCK's that?", "What the ****** that?"),
    ],
)
def test_profanity_is_masked_as_whole_words_with_as_many_asterisks(given: str, expected: str) -> None:
    assert text(given, mask_profanity=True) == expected
    assert text(given) == given


def test_characters_are_counted_as_a_reader_sees_them() -> None:
    assert text("Scheiße!", "de", mask_profanity=True) == "*******!"
    assert text("enculé", "fr", mask_profanity=True) == "******"
    assert text("Shit", "de", mask_profanity=True) == "Shit"


def test_profanity_is_masked_whatever_else_is_asked() -> None:
    options: dict[str, Any] = {
        "mask_profanity": True,
        "replace_slang": True,
        "replace_english_spelling": Spelling.BRITISH,
    }
    assert text("I'm gonna color that fuckin' gray.", **options) == "I'm going to colour that ******* grey."


def test_spelling_follows_slang_and_leaves_other_languages_alone() -> None:
    british: dict[str, Any] = {"replace_english_spelling": Spelling.BRITISH, "replace_slang": True}
    assert text("Color me gonna.", **british) == "Colour me going to."
    assert text("The Harbor is gray.", **british) == "The Harbor is grey."
    assert text("color", "es", **british) == "color"


@pytest.mark.parametrize(
    ("given", "language", "expected"),
    [
        ("Äh, das ist gut.", "de", "Das ist gut."),
        ("C'est, euh, bon.", "fr", "C'est, bon."),
        ("It works. Um, we know.", "en", "It works. We know."),
        ("Um. It works.", "en", "It works."),
    ],
)
def test_hesitations_of_each_language_go_and_capitals_are_mended(
    given: str, language: str, expected: str
) -> None:
    assert text(given, language) == expected
