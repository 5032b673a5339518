from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.recognizer import Origin, TimedWord, unrecognized
from scribedock.speech.span import Span
from scribedock.speech.timing import clean_words, fit_words, trim_to_speech

TIME = st.integers(min_value=-500, max_value=5000)


def word(text: str = "word", start: int = 0, end: int = 100, confidence: float | None = None) -> TimedWord:
    return TimedWord(text=text, start_ms=start, end_ms=end, confidence=confidence)


@given(st.lists(st.tuples(TIME, TIME), max_size=30), st.integers(0, 2000), st.integers(0, 1000))
def test_times_ascend_inside_the_span_and_no_word_is_empty(
    times: list[tuple[int, int]], start: int, length: int
) -> None:
    words = [word(str(number), *pair) for number, pair in enumerate(times)]
    fitted = fit_words(words, start, start + length)
    assert [one.text for one in fitted] == [one.text for one in words][:length]
    assert all(start <= one.start_ms < one.end_ms <= start + length for one in fitted)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(fitted))


@given(st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_valid_times_are_not_changed(steps: list[int]) -> None:
    words, at = [], 0
    for step in steps:
        words.append(word(start=at + step // 2, end=at + step // 2 + step))
        at = words[-1].end_ms
    assert fit_words(words, 0, at) == words


def test_a_word_with_white_space_inside_becomes_several_that_share_its_time() -> None:
    assert clean_words([word(" New\nYork ", 100, 200)]) == [word(" New", 100, 150), word(" York", 150, 200)]


def test_a_word_whose_time_is_estimated_says_so_afterwards() -> None:
    said = replace(word(" New York", 100, 200), origin=Origin.INTERPOLATED)
    assert [one.origin for one in clean_words([said])] == [Origin.INTERPOLATED] * 2


def test_the_space_before_a_word_is_kept_and_its_absence_too() -> None:
    assert [one.text for one in clean_words([word(" one"), word("two"), word("\u3000three")])] == [
        " one",
        "two",
        " three",
    ]


@pytest.mark.parametrize("text", ["", "  ", "\0", "\ud800", "\x1b"])
def test_an_empty_word_is_left_out(text: str) -> None:
    assert clean_words([word(text)]) == []


def test_control_characters_are_removed_from_a_word() -> None:
    assert clean_words([word("a\0b\x1b")])[0].text == "ab"


@pytest.mark.parametrize(
    ("given", "kept"), [(None, None), (0.5, 0.5), (-0.1, 0.0), (1.5, 1.0), (math.nan, None), (math.inf, None)]
)
def test_a_confidence_is_between_0_and_1_or_unknown(given: float | None, kept: float | None) -> None:
    assert clean_words([word(confidence=given)])[0].confidence == kept


SPEECH = [Span(start_ms=1000, end_ms=3000), Span(start_ms=6000, end_ms=9000)]


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        (1500, 1900, (1500, 1900)),
        (2500, 6200, (2500, 3000)),  # stretched over the pause after it
        (2900, 6700, (6000, 6700)),  # over the one before it
        (0, 1400, (1000, 1400)),
        (8000, 12_000, (8000, 9000)),
    ],
)
def test_a_word_is_not_stretched_over_a_pause(start: int, end: int, left: tuple[int, int]) -> None:
    (found,) = trim_to_speech([word("sea", start, end)], SPEECH)
    assert (found.start_ms, found.end_ms) == left


def test_a_word_in_no_speech_stays_only_where_the_recognizer_is_sure() -> None:
    words = [word("thanks", 4000, 4500, 0.3), word("yes", 4600, 4900, 0.8), word("no", 5000, 5100)]
    assert [each.text for each in trim_to_speech(words, SPEECH)] == ["yes", "no"]


def test_marks_and_times_that_were_not_recognized_are_not_trimmed() -> None:
    mark = unrecognized(2500, 6500)
    given = TimedWord(text="sea", start_ms=2500, end_ms=6200, confidence=None, origin=Origin.INTERPOLATED)
    assert trim_to_speech([given, mark], SPEECH) == [given, mark]
