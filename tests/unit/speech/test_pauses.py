from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.pauses import cut_at_pauses, joined_runs, with_context
from scribedock.speech.span import Span

LONGEST_MS = 30_000


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    found, end = [], 0
    for pause, length in draw(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 30_000)), max_size=30)):
        found.append(Span(start_ms=end + pause, end_ms=end + pause + length))
        end = found[-1].end_ms
    return found


@given(speech())
def test_groups_are_short_enough_and_lose_no_span(spans: list[Span]) -> None:
    groups = cut_at_pauses(spans, LONGEST_MS)
    assert [span for group in groups for span in group] == spans
    assert all(group[-1].end_ms - group[0].start_ms <= LONGEST_MS for group in groups)


def test_speech_is_cut_at_the_longest_pause_of_the_last_third() -> None:
    # Pauses of 400, 100, 300 and 200 ms, after 5, 15, 24 and 28 seconds.
    starts, ends = (0, 5400, 15_100, 24_300, 28_200), (5000, 15_000, 24_000, 28_000, 40_000)
    spans = [Span(start_ms=start, end_ms=end) for start, end in zip(starts, ends, strict=True)]
    assert [len(group) for group in cut_at_pauses(spans, LONGEST_MS)] == [3, 2]


def test_speech_that_fits_is_not_cut() -> None:
    spans = [Span(start_ms=0, end_ms=9000), Span(start_ms=12_000, end_ms=29_000)]
    assert cut_at_pauses(spans, LONGEST_MS) == [spans]


def test_runs_are_divided_at_long_pauses() -> None:
    spans = [
        Span(start_ms=0, end_ms=10),
        Span(start_ms=20, end_ms=30),
        Span(start_ms=41, end_ms=50),
    ]
    assert joined_runs(spans, 10) == [spans[:2], spans[2:]]


@given(speech(), st.integers(0, 3000), st.integers(0, 9000))
def test_context_stays_in_the_media_and_out_of_other_spans(
    spans: list[Span], context_ms: int, rest_ms: int
) -> None:
    media_ms = (spans[-1].end_ms if spans else 0) + rest_ms
    found = with_context(spans, context_ms=context_ms, media_ms=media_ms, longest_ms=LONGEST_MS)
    assert len(found) == len(spans)
    assert all(0 <= span.start_ms < span.end_ms <= media_ms for span in found)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(found))
    for span, wider in zip(spans, found, strict=True):
        assert 0 <= span.start_ms - wider.start_ms <= context_ms
        assert 0 <= wider.end_ms - span.end_ms <= context_ms
        assert wider.end_ms - wider.start_ms <= max(LONGEST_MS, span.end_ms - span.start_ms)


def test_two_spans_share_a_short_pause() -> None:
    spans = [Span(start_ms=1000, end_ms=2000), Span(start_ms=3000, end_ms=4000)]
    found = with_context(spans, context_ms=1500, media_ms=9000)
    assert found == [Span(start_ms=0, end_ms=2500), Span(start_ms=2500, end_ms=5500)]
