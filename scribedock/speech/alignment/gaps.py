"""The gaps between the anchors: words still to be aligned, with the spans of sound to find them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.span import Span

MAX_WINDOW_MS = 60_000  # PocketSphinx aligns no longer chunks
MIN_MS_PER_WORD = 60
PAD_MS = 100
CONTEXT_ANCHORS = (3, 1)
"""How many anchors on each side are aligned once more with the words between them. With more, the acoustic
model hears more of the speaker; with fewer, less can go wrong. Of the eight gaps in a hoarse speaker's 63
words, five were closed with three, two more with one, and with none but one only three."""
MIN_ANCHOR_SHARE = 0.4
"""The share of the words that must be anchors before others are looked for: of another recording's text up to
26 % were heard, of the right one 54 % in a hoarse voice, and 90 % or more in others."""
MAX_WIDE_WORDS = 6
"""How many words next to an anchor may be aligned with wide beams. More of them could be another text: wide
beams find a path even then, and only the model's own beams tell that it is a bad one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapWindow:
    """Words first..last-1 of the text, and the span of sound that contains them and nothing else."""

    first: int
    last: int
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Words of the text without a time; its windows are tried in turn."""

    windows: tuple[GapWindow, ...]
    wide: bool  # whether to try wide beams as well


def gaps(count: int, anchors: Mapping[int, HeardWord], speech: Sequence[Span]) -> list[Gap]:
    """Return the gaps in a text of `count` words that are worth a try.

    speech is where somebody speaks, in order. Left out are gaps that have no time or too much of it, and all
    gaps of a text of more than a few words that was hardly heard.
    """
    if not speech or (count > MAX_WIDE_WORDS and len(anchors) < MIN_ANCHOR_SHARE * count):
        return []
    places = sorted(anchors)
    found = []
    for before, after in zip([-1, *places], [*places, count], strict=True):
        missing = after - before - 1
        if not missing:
            continue
        windows = tuple(
            dict.fromkeys(_windows(before, after, count, anchors, speech[0].start_ms, speech[-1].end_ms))
        )
        if windows:
            found.append(Gap(windows=windows, wide=bool(anchors) and missing <= MAX_WIDE_WORDS))
    return found


def _windows(
    before: int, after: int, count: int, anchors: Mapping[int, HeardWord], begin_ms: int, end_ms: int
) -> Iterator[GapWindow]:
    for context in CONTEXT_ANCHORS:
        first, last = before + 1, after
        for _ in range(context):
            first -= first - 1 in anchors
            last += last in anchors
        start = anchors[first].start_ms - PAD_MS if first in anchors else begin_ms
        end = anchors[last - 1].end_ms + PAD_MS if last - 1 in anchors else end_ms
        span = Span(start_ms=max(start, begin_ms), end_ms=min(end, end_ms))
        if (
            MIN_MS_PER_WORD * (last - first) <= span.end_ms - span.start_ms <= MAX_WINDOW_MS
            and first < last <= count
        ):
            yield GapWindow(first=first, last=last, span=span)
