"""The times at which captions are shown: passes over the layout, in a fixed order.

Minimum length → merge gap → maximum duration → minimum gap → seamless.  After every pass, no captions
overlap, none lasts 0 ms, and none ends after the media.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.options import CaptionOptions


def assign_times(
    captions: list[Caption], options: CaptionOptions, *, media_end: int, seamless: bool = False
) -> list[Caption]:
    """Return the captions with their final times; media_end is in ms.  `seamless` closes every gap (QT)."""
    if not captions:
        return []
    spans = [_Span(caption.start, caption.end) for caption in captions]
    end = max(media_end, len(spans))
    _separate(spans, end)
    if options.minimum_caption_length_ms is not None:
        _lengthen(spans, options.minimum_caption_length_ms, end)
    _merge_gaps(spans, options.merge_gap_interval)
    if options.maximum_caption_duration is not None:
        _shorten(spans, options.maximum_caption_duration)
    if seamless:
        _close_gaps(spans)
    elif options.minimum_gap_between_captions_ms is not None:
        _open_gaps(spans, options.minimum_gap_between_captions_ms)
    return [
        replace(caption, start=span.start, end=span.end)
        for caption, span in zip(captions, spans, strict=True)
    ]


class _Span:
    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


def _separate(spans: list[_Span], media_end: int) -> None:
    """Give each caption at least 1 ms of its own, inside the media."""
    for index, span in enumerate(spans):
        earliest = spans[index - 1].start + 1 if index else 0
        span.start = max(span.start, earliest)
    latest = media_end
    for span in reversed(spans):
        span.start = min(span.start, latest - 1)
        span.end = min(max(span.end, span.start + 1), latest)
        latest = span.start


def _lengthen(spans: list[_Span], least: int, media_end: int) -> None:
    """Take the time from the gap after a caption first, then from the captions that follow."""
    for span, following in pairwise(spans):
        span.end = max(span.end, min(span.start + least, following.start))
        if span.end - span.start < least:
            span.end = span.start + least
            following.start = max(following.start, span.end)
            following.end = max(following.end, following.start + 1)
    last = spans[-1]
    last.end = max(last.end, last.start + least)
    _separate(spans, media_end)


def _merge_gaps(spans: list[_Span], interval: int) -> None:
    for span, following in pairwise(spans):
        if following.start - span.end < interval:
            span.end = following.start


def _shorten(spans: list[_Span], most: int) -> None:
    for span in spans:
        span.end = min(span.end, span.start + most)


def _open_gaps(spans: list[_Span], gap: int) -> None:
    """End captions early; one that is shorter than the gap keeps half of its time."""
    for span, following in pairwise(spans):
        if following.start - span.end < gap:
            rest = following.start - gap - span.start
            span.end = span.start + (rest if rest >= 1 else max(1, (span.end - span.start) // 2))


def _close_gaps(spans: list[_Span]) -> None:
    for span, following in pairwise(spans):
        span.end = following.start
