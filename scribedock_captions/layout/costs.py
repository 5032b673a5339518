"""What captions cost a reader, apart from where they break: too short, too long, too fast, a word alone.

Sources: the timed-text guides of broadcasters (see docs/captions.md).  17 characters a second is the adult
limit of reading; 5/6 of a second the least a caption is shown; two lines read best when they are of similar
length, the upper one the shorter.
"""

from __future__ import annotations

from collections.abc import Callable

from scribedock_captions.layout.measures import Measures
from scribedock_captions.options import CaptionOptions

READING_SPEED = 17.0  # characters a second
SHORT_MS = 1200
"""A caption that is shown for less is a flash."""

OF_CAPTION = 0.4  # each change of the picture
OF_LENGTH = (0.6, 0.9)  # of the distance from the target duration, by the target; and of its square
OF_SPEED = (1.0, 1.5)  # of reading too fast at all, and of reading twice as fast
OF_FLASH = 3.0  # for a caption that lasts no time at all
OF_ONE_WORD = 2.5
OF_TWO_WORDS = 1.0
OF_MISSING_WORD = 4.0  # each word fewer than caption_words_min
OF_LINE_BREAK = 0.9  # of what the same break costs between captions
OF_IMBALANCE = 1.0  # for two lines of which one is as good as empty
OF_TOP_HEAVY = 0.5  # more, by as much as the upper one is longer
OF_LONELY_WORD = 0.6  # a line of one word among others
MOST_SPEED = 2.0

PARTS = ("duration", "reading speed", "flash", "few words")
Parts = tuple[float, float, float, float]


def caption_costs(
    measures: Measures, options: CaptionOptions, short_ms: int = SHORT_MS
) -> Callable[[int, int], Parts]:
    """The PARTS of the cost of a caption between two places, without its breaks."""
    edges, spaces, counts = measures.edges, measures.spaces, measures.counts
    starts, until = measures.starts, measures.until
    target, least = options.layout_target_caption_length_ms, options.caption_words_min
    minimum, gap = options.minimum_caption_length_ms or 1, options.minimum_gap_between_captions_ms or 0
    linear, square = OF_LENGTH
    base_speed, more_speed = OF_SPEED
    limit = READING_SPEED / 1000

    def of_caption(start: int, end: int) -> Parts:
        shown = until[end] - starts[start]
        if shown < 1:
            shown = 1
        off = abs(shown - target) / target
        visible = shown - gap if shown - gap > minimum else minimum
        speed = (edges[end] - edges[start] - spaces[start]) / (visible * limit) - 1
        count = counts[end] - counts[start]
        words = 0.0
        if count <= 2:
            words = OF_TWO_WORDS if count == 2 else OF_ONE_WORD
        if count < least:
            words += OF_MISSING_WORD * (least - count)
        return (
            off * (linear + square * off),
            base_speed + more_speed * min(speed, MOST_SPEED) if speed > 0 else 0.0,
            OF_FLASH * (1 - shown / short_ms) if shown < short_ms else 0.0,
            words,
        )

    return of_caption
