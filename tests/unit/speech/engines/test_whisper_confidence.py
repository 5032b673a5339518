from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.engines.whisper_confidence import calibrated
from scribedock.speech.recognizer import TimedWord

PROBABILITY = st.floats(0, 1)


def words(*probabilities: float) -> list[TimedWord]:
    return [
        TimedWord(text=" sea", start_ms=100 * place, end_ms=100 * place + 90, confidence=probability)
        for place, probability in enumerate(probabilities)
    ]


def confidences(*probabilities: float, log_probability: float = -0.3) -> list[float]:
    return [word.confidence or 0.0 for word in calibrated(words(*probabilities), log_probability)]


@given(st.lists(PROBABILITY, max_size=9), st.floats(-1e6, 0))
def test_confidences_are_probabilities_and_nothing_else_changes(
    probabilities: list[float], log_probability: float
) -> None:
    before = words(*probabilities)
    after = calibrated(before, log_probability)
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


def test_one_word_alone_is_as_sure_as_beside_one_like_it() -> None:
    assert confidences(0.5)[0] == pytest.approx(confidences(0.5, 0.5)[0])
