"""When each cue is shown, where its file does not say; and when its words are said, where cues overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scribedock_captions.readers.cue import Cue

SPEAKING_RATE = 15  # characters a second, where a file has no times
MIN_CUE_MS = 500
SAME_TIME_MS = 500  # captions that begin within it, and overlap, are said in turn


@dataclass(frozen=True, slots=True)
class TimedCue:
    """A cue with both its times, in ms; the end is after the start."""

    cue: Cue
    start: int
    end: int


def timed(cues: Sequence[Cue], duration: int | None) -> list[TimedCue]:
    """Return the cues in the order of their beginnings; they may overlap, as the file has them.

    A cue without an end, or with one before its beginning, is shown as long as it takes to say it, and no
    longer than until the next one begins.  duration is the length of the recording in ms.
    """
    ordered = sorted(_with_beginnings(cues, duration), key=lambda pair: pair[1])
    found: list[TimedCue] = []
    following: int | None = None  # the next beginning that is later
    for place in range(len(ordered) - 1, -1, -1):
        cue, start = ordered[place]
        if place + 1 < len(ordered) and ordered[place + 1][1] > start:
            following = ordered[place + 1][1]
        if cue.end is not None and cue.end > start:
            end = cue.end
        else:
            end = start + speaking_time(cue)
            end = end if following is None else min(end, following)
        found.append(TimedCue(cue, start, end))
    return found[::-1]


def in_turn(cues: Sequence[TimedCue]) -> Iterator[TimedCue]:
    """Give each cue the time in which its words are said: from its beginning to that of the next, or its end.

    Cues that are shown together are said one after the other: each has the share of their time that its
    length has.
    """
    place, earliest = 0, 0
    while place < len(cues):
        group = [cues[place]]
        while place + len(group) < len(cues) and _together(group, cues[place + len(group)]):
            group.append(cues[place + len(group)])
        place += len(group)
        start = max(group[0].start, earliest)
        end = max(each.end for each in group)
        if place < len(cues):
            end = min(end, cues[place].start)
        end = max(end, start + len(group))
        yield from _shares(group, start, end)
        earliest = end


def speaking_time(cue: Cue) -> int:
    """Return how long it takes to say a cue, in ms."""
    return max(MIN_CUE_MS, sum(len(line.text) + 1 for line in cue.lines) * 1000 // SPEAKING_RATE)


def _with_beginnings(cues: Sequence[Cue], duration: int | None) -> list[tuple[Cue, int]]:
    rate = 1.0
    if duration and all(cue.start is None for cue in cues):
        rate = duration / max(sum(speaking_time(cue) for cue in cues), 1)
    found, at = [], 0.0
    for cue in cues:
        at = at if cue.start is None else cue.start
        found.append((cue, int(at)))
        at = cue.end if cue.end is not None and cue.end > at else at + speaking_time(cue) * rate
    return found


def _together(group: Sequence[TimedCue], following: TimedCue) -> bool:
    first, last = group[0], group[-1]
    near = min(SAME_TIME_MS, speaking_time(last.cue) // 2)
    return following.start < last.end and following.start - first.start < max(near, 1)


def _shares(group: Sequence[TimedCue], start: int, end: int) -> Iterator[TimedCue]:
    sizes = [speaking_time(each.cue) for each in group]
    total, done = sum(sizes), 0
    for number, (each, size) in enumerate(zip(group, sizes, strict=True)):
        begin = start + max((end - start) * done // total, number)
        done += size
        until = start + max((end - start) * done // total, number + 1)
        yield TimedCue(each.cue, begin, until)
