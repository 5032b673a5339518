from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.dictionary import is_known
from scribedock.speech.engines.whisper_confidence import (
    DOUBT_BELOW,
    DOUBTFUL_PHRASE,
    DOUBTFUL_WINDOW,
    IsKnown,
    calibrated,
)
from scribedock.speech.recognizer import TimedWord

PROBABILITY = st.floats(0, 1)


def words(*probabilities: float) -> list[TimedWord]:
    return [
        TimedWord(text=" sea", start_ms=100 * place, end_ms=100 * place + 90, confidence=probability)
        for place, probability in enumerate(probabilities)
    ]


def confidences(*probabilities: float, log_probability: float = -0.3) -> list[float]:
    return [word.confidence or 0.0 for word in calibrated(words(*probabilities), log_probability)]


@given(st.lists(PROBABILITY, max_size=9), st.floats(-1e6, 0), st.sampled_from([None, is_known]))
def test_confidences_are_probabilities_and_nothing_else_changes(
    probabilities: list[float], log_probability: float, known: IsKnown | None
) -> None:
    before = words(*probabilities)
    after = calibrated(before, log_probability, known)
    assert [(word.text, word.start_ms, word.end_ms) for word in after] == [
        (word.text, word.start_ms, word.end_ms) for word in before
    ]
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in after)


def test_a_probable_word_is_surer_than_an_improbable_one() -> None:
    sure, unsure = confidences(0.95)[0], confidences(0.3)[0]
    assert sure > 0.9 > 0.75 > unsure


def test_a_word_beside_one_that_was_misheard_is_less_sure() -> None:
    assert confidences(0.9, 0.9, 0.9)[2] > confidences(0.9, 0.1, 0.9)[2]


def test_a_word_of_a_window_that_was_badly_heard_is_less_sure() -> None:
    assert confidences(0.6, log_probability=-0.2)[0] > confidences(0.6, log_probability=-0.9)[0] + 0.1


@pytest.mark.parametrize(
    ("log_probability", "sure"), [(DOUBTFUL_WINDOW, True), (DOUBTFUL_WINDOW - 0.01, False)]
)
def test_no_word_is_sure_in_an_english_window_that_was_badly_heard(
    log_probability: float, sure: bool
) -> None:
    said = [replace(word, end_ms=word.start_ms + 250) for word in words(0.99)]
    [word] = calibrated(said, log_probability, is_known)
    assert ((word.confidence or 0.0) >= DOUBT_BELOW) is sure
    [foreign] = calibrated(said, log_probability)
    assert (foreign.confidence or 0.0) >= DOUBT_BELOW


def test_one_word_alone_is_as_sure_as_beside_one_like_it() -> None:
    assert confidences(0.5)[0] == pytest.approx(confidences(0.5, 0.5)[0])


def test_an_english_word_that_no_dictionary_has_is_in_doubt() -> None:
    texts = (" the", " sea", " was", " so", " deep", " derp")
    said = [replace(word, text=text) for word, text in zip(words(*[0.9] * 6), texts, strict=True)]
    *known, unknown = (word.confidence or 0.0 for word in calibrated(said, -0.2, is_known))
    assert min(known) > 0.85 > DOUBT_BELOW > unknown
    assert len({word.confidence for word in calibrated(said, -0.2)}) == 1


def test_an_english_word_that_is_said_too_fast_for_its_letters_is_less_sure() -> None:
    [word] = words(0.8)
    slow, fast = (
        calibrated([replace(word, text=" understanding", end_ms=word.start_ms + length)], -0.3, is_known)
        for length in (600, 60)
    )
    assert (slow[0].confidence or 0.0) > (fast[0].confidence or 0.0) + 0.1


@pytest.mark.parametrize("known", [None, is_known])
def test_no_word_is_sure_in_a_phrase_that_is_doubtful_as_a_whole(known: IsKnown | None) -> None:
    said = words(0.1, 0.2, 0.1, 0.99, 0.99)
    found = [word.confidence or 0.0 for word in calibrated(said, -0.6, known)]
    assert sum(found) / len(found) < DOUBTFUL_PHRASE
    assert max(found) < DOUBT_BELOW
    assert found[4] > found[0]


def test_a_doubtful_word_of_a_short_phrase_leaves_the_others_sure() -> None:
    sure, unsure = confidences(0.99, 0.05, log_probability=-0.1)
    assert sure > DOUBT_BELOW > unsure


def test_a_word_of_any_length_and_time_has_a_confidence() -> None:
    odd = [
        TimedWord(text=text, start_ms=500, end_ms=end_ms, confidence=0.5)
        for text in ("", "a" * 100_000)
        for end_ms in (400, 10**9)
    ]
    assert all(0 <= (word.confidence or 0.0) <= 1 for word in calibrated(odd, -0.5, is_known))
