"""Chunks for a recognizer: short spans of speech joined, and several chunks in one call.

Whisper takes as long for a span of two seconds as for one of thirty, and hardly longer for a few of them
together than for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from scribedock.speech.pauses import MAX_SPAN_MS, cut_at_pauses, joined_runs
from scribedock.speech.span import Span

Item = TypeVar("Item")


def joined_spans(spans: Sequence[Span], *, pause_ms: int | None, longest_ms: int = MAX_SPAN_MS) -> list[Span]:
    """Return the spans, joined where the pause between two is at most pause_ms.

    No joined span is longer than longest_ms: longer ones are cut at their longest pauses. Without
    pause_ms all stay as they are.
    """
    if pause_ms is None:
        return list(spans)
    return [
        Span(start_ms=group[0].start_ms, end_ms=group[-1].end_ms)
        for run in joined_runs(spans, pause_ms)
        for group in cut_at_pauses(run, longest_ms)
    ]


def batches(items: Sequence[Item], *, most: int, processes: int) -> list[list[Item]]:
    """Return the items in batches of at most `most`, one for each process where there are enough."""
    size = max(1, min(most, -(-len(items) // processes)))
    return [list(items[first : first + size]) for first in range(0, len(items), size)]
