"""The nearest ElementList that keeps every rule (see `rules`)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from scribedock_captions.elementlist import model
from scribedock_captions.elementlist.model import (
    Annotation,
    ElementList,
    Segment,
    Speaker,
    Tag,
    TimeRange,
    Token,
)
from scribedock_captions.elementlist.rules import lacks_end_tag


def normalised(elementlist: ElementList) -> ElementList:
    """Return the list with its words, their order and their speakers, and with times that keep the rules.

    As few times as possible are moved; a token that is moved counts as interpolated.  A part without tokens
    is left out; a keyword's time after the end of the list is cut off.
    """
    segments = [
        replace(segment, sequences=tuple(each for each in segment.sequences if each.tokens))
        for segment in elementlist.segments
    ]
    timed = _timed([segment for segment in segments if segment.sequences], elementlist.start_time)
    end = max(elementlist.end_time, elementlist.start_time, *(segment.end_time for segment in timed), 0)
    return replace(
        elementlist,
        end_time=end,
        segments=tuple(_ended(segment) for segment in timed),
        speakers=_speakers(elementlist.speakers, timed),
        keywords=_clipped(elementlist.keywords, end),
        topics=_clipped(elementlist.topics, end),
        entities=_clipped(elementlist.entities, end),
    )


def ascending(times: Sequence[int]) -> list[int]:
    """Change as few times as possible so that none is before the one before it.

    The longest run of times that ascends is kept; the others are spread over the gaps between them.
    """
    kept = _longest_ascending(times)
    result = list(times)
    for before, after in pairwise([-1, *kept, len(times)]):
        low = times[before] if before >= 0 else times[kept[0]] if kept else 0
        high = times[after] if after < len(times) else low
        for place in range(before + 1, after):
            result[place] = low + (high - low) * (place - before) // (after - before)
    return result


def _longest_ascending(times: Sequence[int]) -> list[int]:
    """Find the places of the longest subsequence that never descends (patience sorting)."""
    tails: list[int] = []  # the least time that ends a run of each length
    ends: list[int] = []  # its place
    previous: list[int] = []
    for place, time in enumerate(times):
        length = bisect_right(tails, time)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [time]
        ends[length : length + 1] = [place]
    run = []
    place = ends[-1] if ends else -1
    while place >= 0:
        run.append(place)
        place = previous[place]
    return run[::-1]


def _timed(segments: Sequence[Segment], earliest: int) -> list[Segment]:
    """Make tokens follow each other, and put their parents' times around them."""
    tokens = [token for segment in segments for sequence in segment.sequences for token in sequence.tokens]
    starts = ascending([max(token.start_time, earliest) for token in tokens])
    starts.append(max([earliest, *(token.end_time for token in tokens[-1:]), *starts[-1:]]))
    found = []
    place, floor = 0, earliest
    for segment in segments:
        begin, sequences = floor, []
        for sequence in segment.sequences:
            inner = tuple(
                _moved(token, starts[place + number], starts[place + number + 1])
                for number, token in enumerate(sequence.tokens)
            )
            place += len(inner)
            start, floor = _around(sequence, inner[0].start_time, inner[-1].end_time, floor, starts[place])
            sequences.append(replace(sequence, tokens=inner, start_time=start, end_time=floor))
        start, floor = _around(segment, sequences[0].start_time, floor, begin, starts[place])
        found.append(replace(segment, sequences=tuple(sequences), start_time=start, end_time=floor))
    return found


def _moved(token: Token, start: int, following: int) -> Token:
    end = min(max(token.end_time, start), following)
    if (start, end) == (token.start_time, token.end_time):
        timed = token
    else:
        timed = replace(token, start_time=start, end_time=end, interpolated=True)
    value = token.value.lower()
    return timed if value == token.value else replace(timed, value=value)


def _around(
    parent: Segment | model.Sequence, first: int, last: int, floor: int, following: int
) -> tuple[int, int]:
    """Keep the parent's own times where they hold its children and stay out of its neighbours'."""
    return min(max(parent.start_time, floor), first), max(min(parent.end_time, following), last)


def _ended(segment: Segment) -> Segment:
    if not lacks_end_tag(segment):
        return segment
    *rest, last = segment.sequences
    *before, mark = last.tokens
    tagged = replace(mark, tags=mark.tags | {Tag.ENDS_SENTENCE})
    return replace(segment, sequences=(*rest, replace(last, tokens=(*before, tagged))))


def _speakers(speakers: Iterable[Speaker], segments: Iterable[Segment]) -> tuple[Speaker, ...]:
    """List each speaker once, and all whom a segment names."""
    found: dict[int, Speaker] = {}
    for speaker in speakers:
        found.setdefault(speaker.id, speaker)
    for segment in segments:
        if segment.speaker_id is not None:
            found.setdefault(segment.speaker_id, Speaker(id=segment.speaker_id, name=""))
    return tuple(found.values())


def _clipped(annotations: Iterable[Annotation], end: int) -> tuple[Annotation, ...]:
    """Put keys in lower case, join those that become one, and cut times off at the end of the list."""
    found: dict[str, Annotation] = {}
    for each in annotations:
        key = each.key.lower()
        spans = tuple(
            TimeRange(start_time=span.start_time, end_time=max(min(span.end_time, end), span.start_time))
            for span in each.time_ranges
            if span.start_time <= end
        )
        before = found.get(key, replace(each, key=key, time_ranges=()))
        found[key] = replace(before, time_ranges=before.time_ranges + spans)
    return tuple(found.values())
