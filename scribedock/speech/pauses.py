"""The pauses of speech: where it is joined, where it is cut, and who gets how much of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scribedock.speech.span import Span

MAX_SPAN_MS = 30_000
"""What Whisper hears at once (Radford et al., 2022, section 2.2)."""
MIN_FILL = 2 / 3
"""A piece has at least this share of what fits into it before it is cut at a pause: Whisper takes as long for
two seconds as for thirty."""


def joined_runs(spans: Sequence[Span], pause_ms: int) -> list[list[Span]]:
    """Return the spans in runs, between whose spans no pause is longer than pause_ms."""
    runs: list[list[Span]] = []
    for span in spans:
        if runs and span.start_ms - runs[-1][-1].end_ms <= pause_ms:
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def cut_at_pauses(spans: Sequence[Span], longest_ms: int = MAX_SPAN_MS) -> list[list[Span]]:
    """Return the spans in groups, none longer than longest_ms from its first start to its last end.

    A cut is made at the longest pause in the last third of what fits, or where there is none, at the longest
    of all. A span that is longer than longest_ms by itself is alone in its group.
    """
    groups: list[list[Span]] = []
    left = list(spans)
    while left:
        after = _cut(left, longest_ms)
        groups.append(left[:after])
        left = left[after:]
    return groups


def _cut(spans: Sequence[Span], longest_ms: int) -> int:
    start_ms = spans[0].start_ms
    if spans[-1].end_ms - start_ms <= longest_ms:
        return len(spans)
    lengths = [span.end_ms - start_ms for span in spans]
    fitting = [after for after in range(1, len(spans)) if lengths[after - 1] <= longest_ms]
    filling = [after for after in fitting if lengths[after - 1] >= MIN_FILL * longest_ms]
    return max(
        filling or fitting or [1],
        key=lambda after: (spans[after].start_ms - spans[after - 1].end_ms, after),
    )


def with_context(
    spans: Sequence[Span], *, context_ms: int, media_ms: int, longest_ms: int = MAX_SPAN_MS
) -> list[Span]:
    """Return the spans with at most context_ms of what is before and after each.

    Two spans share the pause between them. No span becomes longer than longest_ms by it, nor reaches out of
    the media.
    """
    if not spans or not context_ms:
        return list(spans)
    halves = [(other.start_ms - one.end_ms) // 2 for one, other in pairwise(spans)]
    before = [spans[0].start_ms, *halves]
    after = [*halves, media_ms - spans[-1].end_ms]
    found = []
    for span, earlier_ms, later_ms in zip(spans, before, after, strict=True):
        room_ms = max(0, longest_ms - (span.end_ms - span.start_ms)) // 2
        found.append(
            Span(
                start_ms=span.start_ms - max(0, min(earlier_ms, context_ms, room_ms)),
                end_ms=span.end_ms + max(0, min(later_ms, context_ms, room_ms)),
            )
        )
    return found
