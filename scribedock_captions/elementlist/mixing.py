"""Captions and audio description in one list, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from heapq import merge

from scribedock_captions.elementlist.model import ElementList, Segment


def mixed(spoken: ElementList, described: ElementList) -> ElementList:
    """Merge the segments of both lists by time; where they alternate, the speaker changes."""
    shift = 1 + max((speaker.id for speaker in spoken.speakers), default=0)
    speakers = [replace(speaker, id=speaker.id + shift) for speaker in described.speakers]
    description = (
        replace(each, speaker_id=None if each.speaker_id is None else each.speaker_id + shift)
        for each in described.segments
    )
    return replace(
        spoken,
        start_time=min(spoken.start_time, described.start_time),
        end_time=max(spoken.end_time, described.end_time),
        segments=tuple(_alternating(spoken.segments, description)),
        speakers=(*spoken.speakers, *speakers),
    )


def _alternating(first: Iterable[Segment], second: Iterable[Segment]) -> Iterable[Segment]:
    both = merge(
        ((segment, 0) for segment in first),
        ((segment, 1) for segment in second),
        key=lambda pair: pair[0].start_time,
    )
    before = 0
    for segment, source in both:
        yield replace(segment, speaker_change=True) if source != before else segment
        before = source
