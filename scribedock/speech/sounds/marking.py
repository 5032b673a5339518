"""Candidates for the description of a sound, marked in an ElementList so that people can name them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from scribedock.speech.span import Span
from scribedock_captions.elementlist import model
from scribedock_captions.elementlist.model import (
    CANDIDATE,
    UNNAMED_SOUND,
    ElementList,
    Segment,
    Tag,
    Token,
    TokenType,
)

MIN_MARK_MS = 300  # of a sound, of which words leave only a part


def with_sound_candidates(elementlist: ElementList, sounds: Sequence[Span]) -> ElementList:
    """Return the list with a sound `[sound]`, unnamed, for each of the spans, which are in order.

    It stands between sentences, or between the words of one that goes on after it. Words keep their times; a
    sound has what they leave of its span. Where nobody speaks at all, it interrupts BLANK_AUDIO.
    """
    found: list[Segment] = []
    earliest = elementlist.start_time
    for segment in elementlist.segments:
        found += map(_alone, _marks(sounds, earliest, segment.start_time))
        if _is_blank(segment):
            found += _divided(segment, sounds)
        else:
            found.append(_interrupted(segment, sounds))
        earliest = segment.end_time
    found += map(_alone, _marks(sounds, earliest, elementlist.end_time))
    return replace(elementlist, segments=tuple(found))


def _marks(sounds: Sequence[Span], earliest: int, latest: int) -> Iterator[Token]:
    """Yield the marks of what of the sounds is between two times, where it is long enough."""
    place = bisect_right(sounds, earliest, key=lambda sound: sound.end_ms)
    while place < len(sounds) and sounds[place].start_ms < latest:
        start, end = max(sounds[place].start_ms, earliest), min(sounds[place].end_ms, latest)
        place += 1
        if end - start >= MIN_MARK_MS:
            yield Token(
                type=TokenType.SOUND,
                value=UNNAMED_SOUND,
                display_as=UNNAMED_SOUND,
                start_time=start,
                end_time=end,
                tags=frozenset({Tag.UNKNOWN}),
                style=CANDIDATE,
            )


def _interrupted(segment: Segment, sounds: Sequence[Span]) -> Segment:
    """Return a sentence with the sounds between its words."""
    sequences = list(segment.sequences[:1])
    for before, after in pairwise(segment.sequences):
        sequences += map(_sequence, _marks(sounds, before.end_time, after.start_time))
        sequences.append(after)
    return replace(segment, sequences=tuple(sequences))


def _divided(blank: Segment, sounds: Sequence[Span]) -> Iterator[Segment]:
    """Yield BLANK_AUDIO in parts, with the sounds in between."""
    earliest = blank.start_time
    for mark in _marks(sounds, blank.start_time, blank.end_time):
        if mark.start_time > earliest:
            yield _within(blank, earliest, mark.start_time)
        yield _alone(mark)
        earliest = mark.end_time
    if earliest < blank.end_time:
        yield _within(blank, earliest, blank.end_time)


def _is_blank(segment: Segment) -> bool:
    return all(Tag.BLANK_AUDIO in token.tags for each in segment.sequences for token in each.tokens)


def _within(blank: Segment, start_ms: int, end_ms: int) -> Segment:
    [sequence] = blank.sequences
    [token] = sequence.tokens
    token = replace(token, start_time=start_ms, end_time=end_ms)
    return replace(blank, start_time=start_ms, end_time=end_ms, sequences=(_sequence(token),))


def _alone(mark: Token) -> Segment:
    return Segment(start_time=mark.start_time, end_time=mark.end_time, sequences=(_sequence(mark),))


def _sequence(mark: Token) -> model.Sequence:
    return model.Sequence(start_time=mark.start_time, end_time=mark.end_time, tokens=(mark,))
