"""Which words make a caption, and which a line: an optimisation, not greedy packing.

Between two hard boundaries, dynamic programming finds the captions of least total cost, and
within a caption the lines.  Hard: the width, the number of lines, the longest duration, the
order and completeness of the words.  A word wider than the line stands alone on one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from scribedock.captions.boundaries import ends_caption, ends_line
from scribedock.captions.breaks import break_cost
from scribedock.captions.caption import Caption
from scribedock.captions.graphemes import width
from scribedock.captions.options import CaptionOptions
from scribedock.captions.words import Word

MAX_WORDS = 150
"""Of one caption, so that the work stays proportional to the number of words at any width."""

READING_SPEED = 17.0  # characters a second; the adult limit of the broadcasters' guides
COST_OF_SPEED = 2.0  # for reading twice as fast
COST_OF_DURATION = 1.5  # for a caption that lasts no time at all; grows with the square above the target
COST_OF_LINE_BREAK = 0.6  # of what the same break costs between captions
COST_OF_IMBALANCE = 0.8  # for two lines of which one is as good as empty
COST_INSIDE_LABEL = 5.0  # of a line break between the words of a speaker's name
COST_OF_CAPTION = 0.4  # each change of the picture
COST_OF_ONE_WORD = 2.5
COST_OF_FLASH = 2.0  # shown for less than FLASH_MS
COST_OF_MISSING_WORD = 4.0  # each word fewer than caption_words_min
FLASH_MS = 1000


def lay_out(words: list[Word], options: CaptionOptions) -> list[Caption]:
    """Captions of all the words, in order; their times are those of the words."""
    return [caption for block in _blocks(words, options) for caption in _Block(block, options).captions()]


def _blocks(words: list[Word], options: CaptionOptions) -> Iterator[list[Word]]:
    block: list[Word] = []
    for word in _in_order(words):
        if block and ends_caption(block[-1], word, options):
            yield block
            block = []
        block.append(word)
    if block:
        yield block


def _in_order(words: list[Word]) -> Iterator[Word]:
    """The words with times that never run backwards, whatever the list says."""
    start = end = 0
    for word in words:
        start = max(start, word.start)
        end = max(end, word.end, start)
        yield word if (start, end) == (word.start, word.end) else replace(word, start=start, end=end)


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is never divided: a word, or a word of the label before it."""

    text: str
    word: Word
    spaced: bool


class _Block:
    """The words between two hard boundaries."""

    def __init__(self, words: list[Word], options: CaptionOptions) -> None:
        self._options = options
        self._width = options.characters_per_caption_line
        atoms = [atom for word in words for atom in _atoms(word)]
        self._atoms = atoms
        count = len(atoms)
        self._spaces = [int(atom.spaced) for atom in atoms]
        self._edges = [0] * (count + 1)  # width of everything before an atom
        for index, atom in enumerate(atoms):
            self._edges[index + 1] = self._edges[index] + self._spaces[index] + width(atom.text)
        self._costs = [0.0] * (count + 1)  # of a break before an atom
        self._forced = [False] * (count + 1)  # a line begins here
        self._held = [False] * (count + 1)  # no caption begins here
        self._glued = [False] * (count + 1)  # no line begins here, whatever the width
        for index, (before, after) in enumerate(pairwise(atoms), start=1):
            self._join(index, before, after)

    def _join(self, index: int, before: _Atom, after: _Atom) -> None:
        if before.word is after.word:
            self._costs[index] = COST_INSIDE_LABEL
            self._held[index] = True
            return
        self._forced[index] = ends_line(before.word, after.word, self._options)
        self._costs[index] = break_cost(before.word, after.word)
        if (
            self._options.disallow_dangling
            and after.word.ends_sentence
            and not before.word.ends_sentence
            and not self._forced[index]
        ):
            self._glued[index] = self._held[index] = True

    def captions(self) -> list[Caption]:
        return [self._caption(start, end) for start, end in pairwise(self._caption_starts())]

    def _caption(self, start: int, end: int) -> Caption:
        edges = self._lines(start, end)
        return Caption(
            lines=tuple(self._text(first, last) for first, last in pairwise(edges)),
            start=self._atoms[start].word.start,
            end=self._atoms[end - 1].word.end,
        )

    def _text(self, start: int, end: int) -> str:
        rest = (f" {atom.text}" if atom.spaced else atom.text for atom in self._atoms[start + 1 : end])
        return "".join([self._atoms[start].text, *rest])

    def _caption_starts(self) -> list[int]:
        """Where captions begin, and the end; what holds words together yields where it must."""
        count = len(self._atoms)
        for held in (self._held, self._glued, [False] * (count + 1)):
            best, before = self._cheapest(held)
            if best[count] < math.inf:
                break
        place, starts = count, [count]
        while place > 0:
            place = before[place]
            starts.append(place)
        return starts[::-1]

    def _cheapest(self, held: list[bool]) -> tuple[list[float], list[int]]:
        """For each atom, the least cost of captions up to it, and where the last of them begins."""
        count = len(self._atoms)
        best = [math.inf] * (count + 1)
        before = [0] * (count + 1)
        best[0] = 0.0
        for start in range(count):
            if best[start] == math.inf:
                continue
            for end, lines, last_line in self._extents(start):
                if held[end]:
                    continue
                cost = best[start] + self._cost(start, end, lines, last_line)
                if cost < best[end]:
                    best[end], before[end] = cost, start
        return best, before

    def _extents(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Where a caption may end, the lines that it needs, and where greedy packing puts the last one."""
        atoms, longest = self._atoms, self._options.maximum_caption_duration
        begin = atoms[start].word.start
        lines, line = 1, start
        for end in range(start + 1, min(start + MAX_WORDS, len(atoms)) + 1):
            last = end - 1
            if last > start:
                if longest is not None and atoms[last].word.end - begin > longest:
                    return
                if self._forced[last] or (not self._glued[last] and self._wide(line, end)):
                    lines, line = lines + 1, last
                    if lines > self._options.lines_per_caption:
                        return
            yield end, lines, line

    def _wide(self, start: int, end: int) -> bool:
        return self._length(start, end) > self._width

    def _length(self, start: int, end: int) -> int:
        return self._edges[end] - self._edges[start] - self._spaces[start]

    def _cost(self, start: int, end: int, lines: int, last_line: int) -> float:
        atoms, options = self._atoms, self._options
        shown = atoms[end - 1].word.end - atoms[start].word.start
        target = options.layout_target_caption_length_ms
        off = abs(shown - target) / target
        cost = self._costs[end] + COST_OF_CAPTION + COST_OF_DURATION * off * max(1.0, shown / target)
        speed = self._length(start, end) * 1000 / max(shown, 1)
        if speed > READING_SPEED:
            cost += COST_OF_SPEED * min(speed / READING_SPEED - 1, 2)
        if shown < FLASH_MS:
            cost += COST_OF_FLASH * (1 - shown / FLASH_MS)
        count = end - start
        if count == 1:
            cost += COST_OF_ONE_WORD
        if count < options.caption_words_min:
            cost += COST_OF_MISSING_WORD * (options.caption_words_min - count)
        if lines == 2:
            cost += self._best_split(start, end, last_line)[0]
        return cost

    def _best_split(self, start: int, end: int, latest: int) -> tuple[float, int]:
        """The cost of the best break into two lines, and where it is; `latest` is the last possible place."""
        if self._forced[latest]:
            return 0.0, latest
        best, place = math.inf, latest
        total = self._length(start, end)
        for at in range(latest, start, -1):
            second = self._length(at, end)
            if second > self._width and best < math.inf:
                break
            if self._glued[at]:
                continue
            imbalance = abs(total - 2 * second) / total
            cost = COST_OF_LINE_BREAK * self._costs[at] + COST_OF_IMBALANCE * imbalance
            if cost < best:
                best, place = cost, at
        return best, place

    def _lines(self, start: int, end: int) -> list[int]:
        """Where the lines of a caption begin, and its end: the fewest lines that hold it, well broken."""
        edges = [start]
        forced = [at for at in range(start + 1, end) if self._forced[at]]
        for first, last in pairwise([start, *forced, end]):
            edges += self._broken(first, last)
        return edges

    def _broken(self, start: int, end: int) -> list[int]:
        """The ends of the lines of a stretch without a forced break."""
        lines = 1
        line = start
        for index in range(start + 1, end):
            if not self._glued[index] and self._wide(line, index + 1):
                lines, line = lines + 1, index
        if lines == 1:
            return [end]
        if lines == 2:
            return [self._best_split(start, end, line)[1], end]
        return self._many_lines(start, end, lines)

    def _many_lines(self, start: int, end: int, lines: int) -> list[int]:
        """Dynamic programming over the breaks of more than two lines."""
        ideal = self._length(start, end) / lines
        best: list[dict[int, tuple[float, int]]] = [{start: (0.0, start)}]
        for _ in range(lines):
            reached: dict[int, tuple[float, int]] = {}
            for first, (cost, _before) in best[-1].items():
                for last in range(first + 1, end + 1):
                    if last > first + 1 and not self._glued[last - 1] and self._wide(first, last):
                        break
                    if last < end and self._glued[last]:
                        continue
                    ragged = abs(self._length(first, last) - ideal) / ideal
                    total = cost + COST_OF_LINE_BREAK * self._costs[last] * (last < end)
                    total += COST_OF_IMBALANCE * ragged
                    if last not in reached or total < reached[last][0]:
                        reached[last] = (total, first)
            best.append(reached)
        edges = [end]
        for reached in reversed(best[1:]):
            edges.append(reached[edges[-1]][1])
        return edges[-2::-1]


def _atoms(word: Word) -> Iterator[_Atom]:
    label = word.label.split()
    for text in label:
        yield _Atom(text, word, spaced=True)
    yield _Atom(word.text, word, spaced=word.spaced or bool(label))
