from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.assembly import LONG_PAUSE_MS
from scribedock.speech.engines.pocketsphinx import ENGINE as POCKETSPHINX
from scribedock.speech.engines.whisper import ENGINE as WHISPER
from scribedock.speech.pool.batches import MAX_SPAN_MS, batches, joined_spans
from scribedock.speech.span import Span
from scribedock.speech.vad import PAD_MS

JOINS_MS = 1500


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    found, end = [], 0
    for pause, length in draw(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 30_000)), max_size=30)):
        found.append(Span(start_ms=end + pause, end_ms=end + pause + length))
        end = found[-1].end_ms
    return found


@given(speech())
def test_joined_spans_contain_all_speech_and_no_long_pause(spans: list[Span]) -> None:
    found = joined_spans(spans, pause_ms=JOINS_MS)
    assert all(span.end_ms - span.start_ms <= MAX_SPAN_MS for span in found)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(found))
    for span in found:
        inside = [each for each in spans if span.start_ms <= each.start_ms and each.end_ms <= span.end_ms]
        assert (inside[0].start_ms, inside[-1].end_ms) == (span.start_ms, span.end_ms)
        assert all(other.start_ms - one.end_ms <= JOINS_MS for one, other in pairwise(inside))
    covered = [each for each in spans for span in found if span.start_ms <= each.start_ms < span.end_ms]
    assert covered == spans


def test_short_spans_with_short_pauses_become_one() -> None:
    spans = [
        Span(start_ms=0, end_ms=2000),
        Span(start_ms=2500, end_ms=5000),
        Span(start_ms=9000, end_ms=9900),
    ]
    assert joined_spans(spans, pause_ms=JOINS_MS) == [Span(start_ms=0, end_ms=5000), spans[2]]


def test_without_a_pause_to_join_over_all_stay_as_they_are() -> None:
    spans = [Span(start_ms=0, end_ms=2000), Span(start_ms=2000, end_ms=5000)]
    assert joined_spans(spans, pause_ms=None) == spans


def test_no_engine_is_given_a_pause_that_ends_a_sentence() -> None:
    assert WHISPER.joins_ms is not None and WHISPER.joins_ms < LONG_PAUSE_MS
    # Of an engine without punctuation the stretches are cut PAD_MS before and after the words.
    assert POCKETSPHINX.joins_ms is not None and POCKETSPHINX.joins_ms + 2 * PAD_MS < LONG_PAUSE_MS


@pytest.mark.parametrize(
    ("count", "most", "processes", "sizes"),
    [
        (10, 4, 1, [4, 4, 2]),
        (4, 4, 2, [2, 2]),  # so that neither process waits for the other
        (3, 8, 4, [1, 1, 1]),
        (5, 1, 2, [1, 1, 1, 1, 1]),
        (0, 4, 2, []),
    ],
)
def test_a_batch_is_as_large_as_allowed_while_each_process_has_work(
    count: int, most: int, processes: int, sizes: list[int]
) -> None:
    found = batches(range(count), most=most, processes=processes)
    assert [len(batch) for batch in found] == sizes
    assert [item for batch in found for item in batch] == list(range(count))
