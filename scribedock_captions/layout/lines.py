"""Which words of a caption stand on which line: the fewest lines that hold them, well broken.

A line is too wide only for a single word, or for a last word that may not stand apart from the one before.
"""

from __future__ import annotations

from itertools import pairwise

from scribedock_captions.layout.costs import IMBALANCE_COST, LINE_BREAK_FACTOR, LONE_WORD_COST, TOP_HEAVY_COST
from scribedock_captions.layout.measures import Measures
from scribedock_captions.options import CaptionOptions


class Lines:
    """Breaks captions into lines.  All arguments are places of the measures."""

    def __init__(self, measures: Measures, options: CaptionOptions) -> None:
        self._measures = measures
        self._width = options.characters_per_caption_line
        self._most = options.lines_per_caption
        self._reach = self._reaches()
        self._known: dict[tuple[int, int], tuple[float, int]] = {}

    def reach(self, start: int, end: int) -> int:
        """Return the last place up to `end` that a caption which begins at `start` has room for."""
        reach = self._reach
        place = start
        for _ in range(self._most):
            place = reach[place]
            if place >= end:
                return end
        return place

    def line_reach(self, start: int) -> int:
        """Return the last place that a line which begins at `start` has room for."""
        return self._reach[start]

    def cost(self, start: int, end: int) -> float:
        """Return what the line breaks of a caption cost; 0 for one line."""
        first = self._reach[start]
        if first >= end:
            return 0.0
        if self._reach[first] >= end:
            return self._two(start, end)[0]
        return sum(cost for a, b in pairwise(self._forced_edges(start, end)) if (cost := self._many(a, b)[0]))

    def edges(self, start: int, end: int) -> list[int]:
        """Return where the lines of a caption begin, and its end."""
        first = self._reach[start]
        if first >= end:
            return [start, end]
        if self._reach[first] >= end:
            return [start, self._two(start, end)[1], end]
        edges = [start]
        for a, b in pairwise(self._forced_edges(start, end)):
            edges += self._many(a, b)[1]
        return edges

    def break_cost(self, start: int, at: int, end: int) -> float:
        """Return what a break costs that makes two lines of a caption."""
        measures = self._measures
        counts = measures.counts
        begin, finish = measures.edges[start], measures.edges[end]
        lean = (begin + finish - 2 * measures.edges[at]) / (finish - begin)
        cost = LINE_BREAK_FACTOR * measures.costs[at] + IMBALANCE_COST * lean * lean
        if lean < 0:
            cost -= TOP_HEAVY_COST * lean
        if counts[at] - counts[start] <= 1 or counts[end] - counts[at] <= 1:
            cost += LONE_WORD_COST
        return cost

    def _reaches(self) -> list[int]:
        """Return for each place how far a line goes that begins there."""
        measures, width = self._measures, self._width
        edges, spaces, glued, forced = measures.edges, measures.spaces, measures.glued, measures.forced
        reach = []
        for first, end in pairwise(measures.blocks):
            place = first
            for start in range(first, end):
                most = edges[start] + spaces[start] + width
                if place <= start:
                    place = start + 1
                while place < end and edges[place + 1] <= most and place not in forced:
                    place += 1
                reach.append(_ungrouped(start, place, end, glued) if glued else place)
        reach.append(len(spaces))
        return reach

    def _forced_edges(self, start: int, end: int) -> list[int]:
        """Return the places where a line must begin, and both ends."""
        forced = self._measures.forced
        return [start, *(at for at in range(start + 1, end) if at in forced), end]

    def _two(self, start: int, end: int) -> tuple[float, int]:
        """Return the cost of the best break into two lines, and its place."""
        key = (start, end)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._best_of_two(start, end)
        return known

    def _best_of_two(self, start: int, end: int) -> tuple[float, int]:
        measures = self._measures
        latest = self._reach[start]
        if latest in measures.forced:
            return 0.0, latest
        edges, costs, counts, glued = measures.edges, measures.costs, measures.counts, measures.glued
        reach = self._reach
        begin, finish = edges[start], edges[end]
        total = finish - begin
        middle = begin + finish
        one, but_one = counts[start] + 1, counts[end] - 1
        best, place = 1e9, latest
        for at in range(latest, start, -1):
            if reach[at] < end:
                break
            lean = (middle - 2 * edges[at]) / total
            cost = LINE_BREAK_FACTOR * costs[at] + IMBALANCE_COST * lean * lean
            if lean < 0:
                cost -= TOP_HEAVY_COST * lean
            if cost < best and at not in glued:
                if counts[at] <= one or counts[at] >= but_one:
                    cost += LONE_WORD_COST
                if cost < best:
                    best, place = cost, at
        return best, place

    def _many(self, start: int, end: int) -> tuple[float, list[int]]:
        """Return the cost of the fewest lines between two places, and their ends (dynamic programming)."""
        measures, reach, glued = self._measures, self._reach, self._measures.glued
        lines, place = 1, start
        while reach[place] < end:
            lines, place = lines + 1, reach[place]
        if lines == 1:
            return 0.0, [end]
        ideal = measures.length(start, end) / lines
        best: list[dict[int, tuple[float, int]]] = [{start: (0.0, start)}]
        for number in range(lines):
            reached: dict[int, tuple[float, int]] = {}
            for first, (cost, _) in best[-1].items():
                for last in range(first + 1, reach[first] + 1) if number < lines - 1 else (end,):
                    if last > reach[first] or (last < end and last in glued):
                        continue
                    ragged = (measures.length(first, last) - ideal) / ideal
                    total = cost + IMBALANCE_COST * ragged * ragged / 2
                    if last < end:
                        total += LINE_BREAK_FACTOR * measures.costs[last]
                    if measures.counts[last] - measures.counts[first] <= 1:
                        total += LONE_WORD_COST
                    if last not in reached or total < reached[last][0]:
                        reached[last] = (total, first)
            best.append(reached)
        total, ends = best[-1][end][0], [end]
        for reached in reversed(best[2:]):
            ends.append(reached[ends[-1]][1])
        return total, ends[::-1]


def _ungrouped(start: int, place: int, end: int, glued: set[int]) -> int:
    """Return the last place up to `place` where a line may begin, or else the first one after it."""
    last = place
    while last > start and last in glued:
        last -= 1
    if last > start:
        return last
    while place < end and place in glued:
        place += 1
    return place
