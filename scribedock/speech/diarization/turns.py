"""Who speaks when, and the sentences of an ElementList with their speakers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scribedock_captions.elementlist.model import ElementList, Segment, Speaker, TokenType


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One person speaks from start_ms up to, and excluding, end_ms of the media."""

    start_ms: int
    end_ms: int
    speaker: int  # from 1, in the order in which they first speak


PAUSE_MS = 800
"""Whoever is silent for no longer, while nobody else speaks, goes on with the same turn: so count people who
write down who speaks when. Chosen on one half of the conversations of `benchmarks/speech/speakers.py`."""


def without_pauses(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns, in order, where those of one person that only a short pause divides are one."""
    found: list[Turn] = []
    for turn in turns:
        if found and found[-1].speaker == turn.speaker and turn.start_ms - found[-1].end_ms <= PAUSE_MS:
            found[-1] = replace(found[-1], end_ms=turn.end_ms)
        else:
            found.append(turn)
    return found


def with_speakers(elementlist: ElementList, turns: Sequence[Turn]) -> ElementList:
    """Return the list with the speaker of each sentence: who speaks for most of it, or next to it.

    Sounds have no speaker. Speakers are numbered in the order of their sentences, without those who have
    none. A list that already has speakers stays as it is.
    """
    if elementlist.speakers or not turns:
        return elementlist
    numbers: dict[int, int] = {}
    segments: list[Segment] = []
    last = None
    for segment in elementlist.segments:
        if not is_said(segment):
            segments.append(segment)
            continue
        found = speaker_of(segment, turns)
        number = numbers.setdefault(found, len(numbers) + 1)
        segments.append(replace(segment, speaker_id=number, speaker_change=number != last))
        last = number
    speakers = tuple(Speaker(id=number, name=f"Speaker {number}") for number in numbers.values())
    return replace(elementlist, segments=tuple(segments), speakers=speakers)


def speaker_changes(turns: Sequence[Turn]) -> list[int]:
    """Return where one speaker follows another, in ms: halfway between both turns."""
    return [
        (before.end_ms + after.start_ms) // 2
        for before, after in pairwise(turns)
        if before.speaker != after.speaker
    ]


def is_said(segment: Segment) -> bool:
    return any(token.type is TokenType.WORD for each in segment.sequences for token in each.tokens)


def speaker_of(segment: Segment, turns: Sequence[Turn]) -> int:
    """Return the speaker with most of the time; without any, the nearest."""
    shares: dict[int, int] = {}
    for turn in turns:
        shared = min(turn.end_ms, segment.end_time) - max(turn.start_ms, segment.start_time)
        if shared > 0:
            shares[turn.speaker] = shares.get(turn.speaker, 0) + shared
    if shares:
        return max(shares, key=lambda speaker: shares[speaker])
    nearest = min(
        turns, key=lambda turn: max(turn.start_ms - segment.end_time, segment.start_time - turn.end_ms)
    )
    return nearest.speaker
