from __future__ import annotations

from typing import Any

import pytest

from scribedock_captions.elementlist.model import ElementList, Segment, Sequence, Tag, Token, TokenType
from scribedock_captions.options import CaptionOptions, Case, TranscriptOptions
from scribedock_captions.text.case import cased
from scribedock_captions.text.words import words_of
from tests.captions.sample import ADA, BEN, SPEAKERS, say, sentence, talk, token
from tests.captions.text.unspaced import JAPANESE


def text(elementlist: ElementList, **options: Any) -> str:
    """All that is shown, in one line."""
    words = words_of(elementlist, TranscriptOptions(**options))
    return "".join(
        (" " if number and word.spaced else "") + (f"{word.label} " if word.label else "") + word.text
        for number, word in enumerate(words)
    )


def test_punctuation_stays_with_its_word() -> None:
    words = words_of(say("Well, now."), TranscriptOptions())
    assert [(word.text, word.value, word.ends_sentence) for word in words] == [
        ("Well,", "well", False),
        ("now.", "now", True),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Um, it works.", "It works."),
        ("Um it works.", "It works."),
        ("It, uh, works.", "It, works."),
        ("It works, uh.", "It works."),
        ("It works uh.", "It works."),
        ("It works? Erm.", "It works?"),
        ("um uh er erm ah hmm mm", ""),
        ("Mm-hmm, uh-huh, mhm.", "Mm-hmm, uh-huh, mhm."),
        ("Umbrella, her, hummer, ahoy.", "Umbrella, her, hummer, ahoy."),
        ("UM, NO.", "NO."),
        ("um, iPhone.", "iPhone."),
    ],
)
def test_hesitations_go_and_the_sentence_is_mended(given: str, expected: str) -> None:
    assert text(say(given)) == expected


def test_the_end_of_a_sentence_survives_its_last_word() -> None:
    words = words_of(say("It works, uh."), TranscriptOptions())
    assert words[-1].ends_sentence
    assert words[-1].text == "works."


def test_other_languages_keep_their_words() -> None:
    assert text(say("Er ist da.", language="de")) == "Er ist da."
    assert text(say("Er, yes.", language="en-gb")) == "Yes."


def test_a_sentence_of_nothing_but_hesitation_vanishes_and_its_speaker_does_not() -> None:
    hesitant = talk(
        sentence("Um.", 0, speaker=ADA, change=True),
        sentence("Hello.", 300, speaker=ADA),
        sentence("Uh.", 600, speaker=BEN, change=True),
        sentence("Hi.", 900, speaker=BEN),
        speakers=SPEAKERS,
    )
    assert text(hesitant) == ">> Hello. >> Hi."


def test_the_punctuation_of_a_sound_goes_to_the_word_before_it() -> None:
    assert text(say("I know [LAUGH].")) == "I know."
    assert text(say("[LAUGH], I know.")) == "I know."


def test_sounds_are_shown_between_boundaries_once() -> None:
    kept: dict[str, Any] = {"remove_sound_references": False}
    assert text(say("Hear [MUSIC] now."), **kept, sound_boundaries=("♪", "♪")) == "Hear ♪MUSIC♪ now."
    bare = token("[MUSIC]", 0, 300)
    bare = Token(
        type=bare.type, value="music", display_as="music", start_time=0, end_time=300, tags=bare.tags
    )
    plain = talk(
        Segment(start_time=0, end_time=300, sequences=(Sequence(start_time=0, end_time=300, tokens=(bare,)),))
    )
    assert text(plain, **kept) == "[music]"


def test_the_tags_of_a_sound_are_known() -> None:
    [word] = words_of(say("[APPLAUSE]"), TranscriptOptions(remove_sound_references=False))
    assert word.sounds == {Tag.APPLAUSE}
    assert word.value == ""


@pytest.mark.parametrize(
    ("given", "case", "language", "expected"),
    [
        ("Istanbul ışık", Case.UPPER, "tr", "ISTANBUL IŞIK"),
        ("istanbul", Case.UPPER, "tr", "İSTANBUL"),
        ("ISPARTA İZMİR", Case.LOWER, "tr", "ısparta izmir"),
        ("istanbul", Case.UPPER, "az-az", "İSTANBUL"),
        ("istanbul", Case.UPPER, "en", "ISTANBUL"),
        ("Straße", Case.UPPER, "de", "STRASSE"),
        ("ΟΔΟΣ", Case.LOWER, "el", "οδος"),
        ("i\u0307\u0301", Case.UPPER, "lt", "I\u0301"),
        ("Ì", Case.LOWER, "lt", "i\u0307\u0300"),
        ("J\u0303", Case.LOWER, "lt", "j\u0307\u0303"),
        ("JIS", Case.LOWER, "lt", "jis"),
    ],
)
def test_case_follows_the_language(given: str, case: Case, language: str, expected: str) -> None:
    assert cased(given, case, language) == expected


@pytest.mark.parametrize("hidden", ["\n", "\r\n", "\x00", "\u2028", "\ufeff", "\x85", "\t"])
def test_no_control_character_reaches_a_file(hidden: str) -> None:
    odd = Token(type=TokenType.WORD, value="ab", display_as=f"a{hidden}b", start_time=0, end_time=300)
    elementlist = talk(
        Segment(start_time=0, end_time=300, sequences=(Sequence(start_time=0, end_time=300, tokens=(odd,)),))
    )
    assert text(elementlist) == "a b"


def test_a_word_with_a_space_inside_is_two_texts_of_one_word() -> None:
    spaced = Token(type=TokenType.WORD, value="new york", display_as="New York", start_time=0, end_time=300)
    elementlist = talk(
        Segment(
            start_time=0, end_time=300, sequences=(Sequence(start_time=0, end_time=300, tokens=(spaced,)),)
        )
    )
    words = words_of(elementlist, CaptionOptions())
    assert [(word.text, word.continues) for word in words] == [("New", False), ("York", True)]


def test_languages_without_spaces_keep_their_tokens_apart_and_unspaced() -> None:
    assert text(JAPANESE) == "今日は、いい天気です。"
    assert [word.text for word in words_of(JAPANESE, TranscriptOptions())] == [
        "今日",
        "は、",
        "いい",
        "天気",
        "です。",
    ]


def test_a_marker_with_no_text_takes_no_space() -> None:
    changed = talk(sentence("Hi.", speaker=ADA, change=True), speakers=SPEAKERS)
    assert words_of(changed, TranscriptOptions(emit_speaker_change_tokens_as=""))[0].label == ""
    assert words_of(changed, TranscriptOptions())[0].label == ">>"


def test_brackets_alone_leave_no_empty_word() -> None:
    words = words_of(say("[] hi"), CaptionOptions(strip_square_brackets=True, remove_sound_references=False))
    assert [word.text for word in words] == ["hi"]
