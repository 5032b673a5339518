"""Which words make a caption, and which a line: an optimisation, not greedy packing.

Between two hard boundaries, dynamic programming finds the captions of least total cost.  Hard: the width, the
number of lines, the longest duration, the order and completeness of the words.  A word wider than the line
stands alone on one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.layout.breaks import BAD_BREAK_COST
from scribedock_captions.layout.costs import CAPTION_COST, SHORT_CAPTION_MS, CostParts, caption_costs
from scribedock_captions.layout.lines import Lines
from scribedock_captions.layout.measures import Measures
from scribedock_captions.options import CaptionOptions
from scribedock_captions.style import PLAIN, Style, StyledSpan, spans_of
from scribedock_captions.text.words import Word

MAX_CAPTION_WORDS = 150
"""Of one caption, so that the work stays proportional to the number of words at any width."""

EXPENSIVE_CAPTION = 3.0
"""A caption that costs more, apart from its end, is worth a search that tears words apart."""


def lay_out(
    words: Sequence[Word], options: CaptionOptions, language: str = "en", *, short_ms: int = SHORT_CAPTION_MS
) -> list[Caption]:
    """Divide all the words, in order, into captions; their times are those of the words.

    A caption that is shown for less than `short_ms` counts as a flash, which is avoided.
    """
    return Layout(words, options, language, short_ms=short_ms).captions()


class Layout:
    """The layout of words, with all that it was decided by."""

    def __init__(
        self,
        words: Sequence[Word],
        options: CaptionOptions,
        language: str = "en",
        *,
        short_ms: int = SHORT_CAPTION_MS,
    ) -> None:
        self.measures = Measures(words, options, language)
        self.lines = Lines(self.measures, options)
        self.parts: Callable[[int, int], CostParts] = caption_costs(self.measures, options, short_ms)
        self._longest = options.maximum_caption_duration
        self.places = self._places()

    def captions(self) -> list[Caption]:
        """Return the captions; their times are those of the words."""
        measures = self.measures
        text, starts, ends, edges = measures.text, measures.starts, measures.ends, self.lines.edges
        styled = any(word.style is not PLAIN for word in measures.words)
        return [
            Caption(
                lines=tuple([text(a, b) for a, b in pairwise(edges(start, end))]),
                start=starts[start],
                end=ends[end - 1],
                spans=self._spans(edges(start, end)) if styled else (),
            )
            for start, end in pairwise(self.places)
        ]

    def _spans(self, edges: list[int]) -> tuple[tuple[StyledSpan, ...], ...]:
        """Return the styles of the lines of a caption; empty where all of them are plain."""
        measures = self.measures
        found = []
        for start, end in pairwise(edges):
            styles: list[Style] = []
            for place in range(start, end):
                style, text = measures.words[place].style, measures.texts[place]
                space = measures.spaces[place]
                if space and place > start:
                    styles.append(style if styles[-1] == style else PLAIN)
                styles += [style] * (len(text) - space)
            found.append(spans_of(styles))
        return tuple(found) if any(found) else ()

    def cost(self, start: int, end: int) -> float:
        """Return what a caption between two places costs, without the break at its end."""
        return CAPTION_COST + sum(self.parts(start, end)) + self.lines.cost(start, end)

    def fits(self, start: int, end: int) -> bool:
        """Tell whether one caption has room for what stands between two places, and may last that long."""
        return (
            self.lines.reach(start, end) >= end
            and end - start <= MAX_CAPTION_WORDS
            and self._is_short(start, end)
        )

    def _places(self) -> list[int]:
        """Find where captions begin, and the end."""
        places: list[int] = []
        for start, end in pairwise(self.measures.blocks):
            places += self._block(start, end)
        places.append(self.measures.blocks[-1])
        return places

    def _block(self, start: int, end: int) -> list[int]:
        """Find where the captions of a block begin.

        Breaks that tear words apart are tried only where the captions without them cost too much, and what
        holds words together yields only where nothing else is possible.
        """
        if self._fits_alone(start, end):
            return [start]
        measures = self.measures
        costs, held = measures.costs, measures.held
        good = [at for at in range(start + 1, end) if costs[at] < BAD_BREAK_COST and at not in held]
        found = self._cheapest([start, *good, end])
        if found is None:
            found = self._cheapest([start, *(at for at in range(start + 1, end) if at not in held), end])
        else:
            near = self._near_expensive([*found, end])
            if near:
                good += [at for at in near if costs[at] >= BAD_BREAK_COST and at not in held]
                found = self._cheapest([start, *sorted(good), end])
        if found is None:
            found = self._cheapest([at for at in range(start, end + 1) if at not in measures.glued])
        if found is None:
            found = self._cheapest(list(range(start, end + 1)))
        assert found is not None  # one word a caption is always possible
        return found

    def _fits_alone(self, start: int, end: int) -> bool:
        """Tell whether one caption holds the block, and no two can be cheaper."""
        if end - start == 1:
            return True
        measures = self.measures
        if not self.fits(start, end):
            return False
        least = 2 * CAPTION_COST + min(measures.costs[start + 1 : end])
        return self.cost(start, end) <= least

    def _is_short(self, start: int, end: int) -> bool:
        """Tell whether a caption keeps to the longest duration; one word may last longer."""
        measures = self.measures
        return (
            self._longest is None
            or measures.ends[end - 1] - measures.starts[start] <= self._longest
            or measures.counts[end] - measures.counts[start] <= 1
        )

    def _near_expensive(self, edges: list[int]) -> set[int]:
        """Find the places inside captions that cost too much, and inside their neighbours."""
        near: set[int] = set()
        for number, (start, end) in enumerate(pairwise(edges)):
            if self.cost(start, end) - CAPTION_COST > EXPENSIVE_CAPTION:
                first, last = edges[max(number - 1, 0)], edges[min(number + 2, len(edges) - 1)]
                near.update(range(first + 1, last))
        return near

    def _cheapest(self, places: list[int]) -> list[int] | None:
        """Find where the captions of least total cost begin, if they may begin at these places alone.

        Returns None if no captions between these places keep to the limits.
        """
        count = len(places)
        best = [math.inf] * count
        before = [0] * count
        best[0] = 0.0
        parts, line_cost, line_reach = self.parts, self.lines.cost, self.lines.line_reach
        breaks = self.measures.costs
        end = places[-1]
        for index in range(count - 1):
            so_far = best[index] + CAPTION_COST
            if so_far == math.inf:
                continue
            start = places[index]
            reach = min(self.lines.reach(start, end), start + MAX_CAPTION_WORDS)
            line = line_reach(start)
            for later in range(index + 1, count):
                place = places[later]
                if place > reach:
                    break
                cost = so_far + breaks[place]
                least = best[later]
                if cost >= least:
                    continue
                duration, speed, flash, words = parts(start, place)
                cost += duration + speed + flash + words
                if cost >= least:
                    continue
                if place > line:
                    cost += line_cost(start, place)
                    if cost >= least:
                        continue
                if self._longest is not None and not self._is_short(start, place):
                    break
                best[later] = cost
                before[later] = index
        if best[-1] == math.inf:
            return None
        index, starts = count - 1, []
        while index > 0:
            index = before[index]
            starts.append(places[index])
        return starts[::-1]
