"""Batches for a recognizer: short spans of speech joined, and several spans in one call.

Whisper takes as long for a span of two seconds as for one of thirty, and hardly longer for a few of them
together than for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from scribedock.speech.span import Span

MAX_SPAN_MS = 30_000
"""What Whisper hears at once (Radford et al., 2022, section 2.2)."""

Item = TypeVar("Item")


def joined_spans(spans: Sequence[Span], *, pause_ms: int | None, longest_ms: int = MAX_SPAN_MS) -> list[Span]:
    """Return the spans, joined where the pause between two is at most pause_ms.

    No joined span is longer than longest_ms; without pause_ms all stay as they are.
    """
    if pause_ms is None:
        return list(spans)
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and span.start_ms - last.end_ms <= pause_ms
            and span.end_ms - last.start_ms <= longest_ms
        ):
            found[-1] = Span(start_ms=last.start_ms, end_ms=span.end_ms)
        else:
            found.append(span)
    return found


def batches(items: Sequence[Item], *, most: int, processes: int) -> list[list[Item]]:
    """Return the items in batches of at most `most`, one for each process where there are enough."""
    size = max(1, min(most, -(-len(items) // processes)))
    return [list(items[first : first + size]) for first in range(0, len(items), size)]
