"""Captions that a file shows at the same time, where all are laid out anew.

The layout shows one after the other, and each word once.  So those that begin together are joined again where
there is room, and what lasts longer than what is shown over it is shown again where nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.conversion.captions import MAX_AT_ONCE, captions_of_cues, joined, separated
from scribedock_captions.conversion.rebreaking import rebroken
from scribedock_captions.conversion.timing import SAME_TIME_MS, TimedCue, timed
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers.cue import MAX_CUE_MS, CueFile
from scribedock_captions.writers.writer import Writer

LEAST_REST_MS = 1000  # what is shown on for less is left out


def with_rests(
    captions: Sequence[Caption],
    file: CueFile,
    options: CaptionOptions,
    language: str,
    writer: Writer,
    *,
    duration: int | None,
) -> list[Caption]:
    """Return captions that were laid out anew, with those joined that begin together, and with rests."""
    captions = _together(captions, file, options)
    shown = captions_of_cues(file, duration=duration, voices=writer.voices)
    lasting = [each for each, after in pairwise(shown) if after.start + SAME_TIME_MS < each.end]
    if not lasting or not captions:
        return list(captions)
    rests = [rest for rest in _rests(captions, lasting, options) if rest.end - rest.start >= LEAST_REST_MS]
    found = [*captions, *rebroken(rests, options, language, writer)]
    return sorted(found, key=lambda caption: caption.start)


def _together(captions: Sequence[Caption], file: CueFile, options: CaptionOptions) -> list[Caption]:
    """Return the captions, with those joined that say what the file shows from one time on."""
    found: list[Caption] = []
    place = 0
    for start, end, following in _common_times(timed(file.cues, None)):
        while place < len(captions) and captions[place].start < start:
            found.append(captions[place])
            place += 1
        inside = [each for each in captions[place : place + MAX_AT_ONCE] if each.start < end]
        lines = sum(len(each.lines) for each in inside)
        if (
            len(inside) > 1
            and lines <= options.lines_per_caption
            and inside[-1].end <= following
            and len({each.placement for each in inside}) == 1
        ):
            found.append(joined(inside, inside[0].start, inside[-1].end))
            place += len(inside)
    return [*found, *captions[place:]]


def _common_times(cues: Sequence[TimedCue]) -> Iterator[tuple[int, int, int]]:
    """Give the times of cues that begin together, and the next beginning; in ms."""
    groups = [list(group) for _, group in groupby(cues, key=lambda each: each.start)]
    beginnings = [*(group[0].start for group in groups[1:]), MAX_CUE_MS]
    for group, following in zip(groups, beginnings, strict=True):
        if len(group) > 1:
            yield group[0].start, max(each.end for each in group), following


def _rests(
    captions: Sequence[Caption], lasting: Sequence[Caption], options: CaptionOptions
) -> Iterator[Caption]:
    apart = options.minimum_gap_between_captions_ms or 0
    longest = options.maximum_caption_duration or MAX_CUE_MS
    ends = [*(after.start - apart for after in captions[1:]), MAX_CUE_MS]
    active: list[Caption] = []
    place = 0
    for caption, end in zip(captions, ends, strict=True):
        start = caption.end + apart
        while place < len(lasting) and lasting[place].start < end:
            active.append(lasting[place])
            place += 1
        active = [each for each in active if each.end > start][-MAX_AT_ONCE:]
        inside = [
            replace(each, start=max(each.start, start), end=min(each.end, end))
            for each in active
            if min(each.end, end) - max(each.start, start) >= LEAST_REST_MS
        ]
        for part in separated(sorted(inside, key=lambda each: each.start)):
            yield replace(part, end=min(part.end, part.start + longest))
