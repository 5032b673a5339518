"""What a recognizer is given at once: short stretches of speech joined, and several of them in a call.

Whisper takes as long for a stretch of two seconds as for one of thirty, and hardly longer for a few of them
together than for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from scribedock.speech.span import Span

LONGEST_MS = 30_000
"""What Whisper hears at once (Radford et al., 2022, section 2.2)."""
PAUSE_MS = 1500
"""The longest pause in a joined stretch: over longer ones a model invents words. It is less than
`assembly.LONG_PAUSE_MS`, from which on a pause ends a sentence."""

Item = TypeVar("Item")


def joined(spans: Sequence[Span], *, longest_ms: int = LONGEST_MS, pause_ms: int = PAUSE_MS) -> list[Span]:
    """The spans, of which neighbours are one as far as that is short enough.

    A span that is longer than longest_ms by itself stays as it is.
    """
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
    """The items in batches of at most so many, of which each process gets one, where there are enough."""
    size = max(1, min(most, -(-len(items) // processes)))
    return [list(items[first : first + size]) for first in range(0, len(items), size)]
