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
SHORT_CAPTION_MS = 1200
"""A caption that is shown for less is a flash."""

CAPTION_COST = 0.4  # each change of the picture
LENGTH_COSTS = (0.6, 0.9)  # of the distance from the target duration, by the target; and of its square
SPEED_COSTS = (1.0, 1.5)  # of reading too fast at all, and of reading twice as fast
FLASH_COST = 3.0  # for a caption that lasts no time at all
ONE_WORD_COST = 2.5
TWO_WORDS_COST = 1.0
MISSING_WORD_COST = 4.0  # each word fewer than caption_words_min
LINE_BREAK_FACTOR = 0.9  # of what the same break costs between captions
IMBALANCE_COST = 1.0  # for two lines of which one is as good as empty
TOP_HEAVY_COST = 0.5  # more, by as much as the upper one is longer
LONE_WORD_COST = 0.6  # a line of one word among others
MAX_SPEED_EXCESS = 2.0

COST_PARTS = ("duration", "reading speed", "flash", "few words")
CostParts = tuple[float, float, float, float]


def caption_costs(
    measures: Measures, options: CaptionOptions, short_ms: int = SHORT_CAPTION_MS
) -> Callable[[int, int], CostParts]:
    """Return a function that gives COST_PARTS of a caption between two places, without its breaks."""
    edges, spaces, counts = measures.edges, measures.spaces, measures.counts
    starts, until = measures.starts, measures.until
    target, least = options.layout_target_caption_length_ms, options.caption_words_min
    minimum, gap = options.minimum_caption_length_ms or 1, options.minimum_gap_between_captions_ms or 0
    linear, square = LENGTH_COSTS
    base_speed, more_speed = SPEED_COSTS
    limit = READING_SPEED / 1000

    def of_caption(start: int, end: int) -> CostParts:
        shown = until[end] - starts[start]
        if shown < 1:
            shown = 1
        off = abs(shown - target) / target
        visible = shown - gap if shown - gap > minimum else minimum
        speed = (edges[end] - edges[start] - spaces[start]) / (visible * limit) - 1
        count = counts[end] - counts[start]
        words = 0.0
        if count <= 2:
            words = TWO_WORDS_COST if count == 2 else ONE_WORD_COST
        if count < least:
            words += MISSING_WORD_COST * (least - count)
        return (
            off * (linear + square * off),
            base_speed + more_speed * min(speed, MAX_SPEED_EXCESS) if speed > 0 else 0.0,
            FLASH_COST * (1 - shown / short_ms) if shown < short_ms else 0.0,
            words,
        )

    return of_caption
