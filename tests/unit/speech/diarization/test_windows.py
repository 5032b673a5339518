from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.diarization.turns import PAUSE_MS, Turn
from scribedock.speech.diarization.windows import (
    MIN_WINDOW_MS,
    STEP_MS,
    WINDOW_MS,
    turns_of_windows,
    voice_windows,
)
from scribedock.speech.span import Span

LENGTHS = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 30_000)), max_size=8)


def spans(lengths: list[tuple[int, int]]) -> list[Span]:
    found, end = [], 0
    for pause, length in lengths:
        found.append(Span(start_ms=end + pause, end_ms=end + pause + length))
        end = found[-1].end_ms
    return found


@given(LENGTHS)
def test_windows_cover_all_speech_and_nothing_else(lengths: list[tuple[int, int]]) -> None:
    speech = spans(lengths)
    windows = voice_windows(speech)
    for span in speech:
        inside = [each for each in windows if span.start_ms <= each.start_ms < each.end_ms <= span.end_ms]
        if span.end_ms - span.start_ms < MIN_WINDOW_MS:
            assert inside == []
            continue
        assert (inside[0].start_ms, inside[-1].end_ms) == (span.start_ms, span.end_ms)
        assert all(after.start_ms - before.start_ms <= STEP_MS for before, after in pairwise(inside))
        assert all(each.end_ms - each.start_ms <= WINDOW_MS for each in inside)
        windows = [each for each in windows if each not in inside]
    assert windows == []


@given(LENGTHS, st.integers(1, 4), st.integers(0, 99))
def test_turns_fill_the_speech_in_order(lengths: list[tuple[int, int]], people: int, seed: int) -> None:
    speech = [span for span in spans(lengths) if span.end_ms - span.start_ms >= MIN_WINDOW_MS]
    windows = voice_windows(speech)
    similarities = np.random.default_rng(seed).uniform(-1, 1, (len(windows), people))
    turns = turns_of_windows(speech, windows, similarities)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(turns))
    for span in speech:
        inside = [
            min(each.end_ms, span.end_ms) - max(each.start_ms, span.start_ms)
            for each in turns
            if each.start_ms < span.end_ms and span.start_ms < each.end_ms
        ]
        assert sum(inside) == span.end_ms - span.start_ms
    assert all(
        before.speaker != after.speaker or after.start_ms - before.end_ms > PAUSE_MS
        for before, after in pairwise(turns)
    )
    first = list(dict.fromkeys(each.speaker for each in turns))
    assert first == list(range(1, len(first) + 1))


def test_a_turn_begins_between_the_windows_of_two_people() -> None:
    speech = [Span(start_ms=1000, end_ms=7000)]
    windows = voice_windows(speech)
    first = np.array([1.0 if (each.start_ms + each.end_ms) / 2 < 4000 else 0.0 for each in windows])
    [before, after] = turns_of_windows(speech, windows, np.stack([first, 1 - first], axis=1))
    assert (before.start_ms, before.speaker, after.end_ms, after.speaker) == (1000, 1, 7000, 2)
    assert before.end_ms == after.start_ms
    assert abs(after.start_ms - 4000) <= STEP_MS / 2


def test_speech_too_short_for_a_window_has_no_turn() -> None:
    speech = [Span(start_ms=0, end_ms=MIN_WINDOW_MS - 1), Span(start_ms=500, end_ms=1500)]
    windows = voice_windows(speech)
    assert turns_of_windows(speech, windows, np.ones((1, 1))) == [Turn(start_ms=500, end_ms=1500, speaker=1)]
