from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.silences import MIN_WORD_MS, trimmed_words
from scribedock.speech.recognizer import SAMPLE_RATE, TimedWord

OFFSET_MS = 5000


def sound(*parts: tuple[int, int]) -> npt.NDArray[np.int16]:
    """Return noise: for each part its milliseconds and its amplitude."""
    random = np.random.default_rng(1)
    found = [random.normal(0, 1, ms * SAMPLE_RATE // 1000) * amplitude for ms, amplitude in parts]
    return np.concatenate([np.zeros(0), *found]).astype(np.int16)


def word(start_ms: int, end_ms: int) -> TimedWord:
    return TimedWord(text=" word", start_ms=OFFSET_MS + start_ms, end_ms=OFFSET_MS + end_ms, confidence=0.5)


def times(words: list[TimedWord]) -> list[tuple[int, int]]:
    return [(each.start_ms - OFFSET_MS, each.end_ms - OFFSET_MS) for each in words]


def test_words_begin_later_by_what_the_engine_is_early() -> None:
    words = [word(100, 400), word(400, 900)]
    assert times(trimmed_words(words, sound((1000, 3000)), OFFSET_MS, 60)) == [(160, 460), (460, 960)]


def test_a_word_does_not_begin_in_the_pause_before_it() -> None:
    pcm = sound((500, 3000), (700, 20), (800, 3000))
    [first, second] = times(trimmed_words([word(0, 500), word(500, 1800)], pcm, OFFSET_MS, 0))
    assert first == (0, 500)
    assert abs(second[0] - 1200) <= 10
    assert second[1] == 1800


@pytest.mark.parametrize("pause_ms", [40, 60])
def test_the_closure_of_a_stop_is_no_pause(pause_ms: int) -> None:
    pcm = sound((550, 3000), (pause_ms, 20), (800, 3000))
    assert times(trimmed_words([word(500, 1200)], pcm, OFFSET_MS, 0)) == [(500, 1200)]


def test_silence_within_a_word_stays_in_it() -> None:
    pcm = sound((900, 3000), (200, 20), (900, 3000))
    assert times(trimmed_words([word(500, 1700)], pcm, OFFSET_MS, 0)) == [(500, 1700)]


@pytest.mark.parametrize("pcm", [sound(), sound((2000, 0)), sound((2000, 20)), sound((5, 3000))])
def test_silence_alone_changes_nothing(pcm: npt.NDArray[np.int16]) -> None:
    assert times(trimmed_words([word(500, 1500)], pcm, OFFSET_MS, 0)) == [(500, 1500)]


@given(
    st.lists(st.tuples(st.integers(-3000, 6000), st.integers(-500, 3000)), max_size=8),
    st.lists(st.tuples(st.integers(1, 800), st.sampled_from([0, 20, 3000])), max_size=6),
)
def test_words_keep_their_order_their_text_and_some_length(
    spans: list[tuple[int, int]], parts: list[tuple[int, int]]
) -> None:
    words = [word(start, start + length) for start, length in spans]
    found = trimmed_words(words, sound(*parts), OFFSET_MS, 60)
    assert [each.text for each in found] == [each.text for each in words]
    for before, after in zip(words, found, strict=True):
        assert after.start_ms >= before.start_ms
        assert after.end_ms > after.start_ms
        if before.end_ms - before.start_ms >= MIN_WORD_MS:
            assert after.end_ms == before.end_ms + 60
            assert after.end_ms - after.start_ms >= MIN_WORD_MS
