"""The words of a text that were heard: the anchors between which all others are placed.

Both are compared as the patience diff compares lines: what occurs in both exactly once is certain, and
divides the rest into parts that are compared by themselves, each word with each. So a text of hours takes
hardly more time for each word than one of minutes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

Key = TypeVar("Key", int, tuple[int, int])

NGRAM_ORDERS = (3, 2)  # words in a row that must be unique
MAX_CELLS = 20_000**2  # pairs of words compared with each other, a bit of memory for each
MIN_RUN_WORDS = 2  # words in a row: a single one may be chance
MAX_WORDS_BETWEEN = 4  # between two anchors, for a single word to be taken
MIN_MS_PER_WORD = 40  # from the beginning of one to that of the next


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardWord:
    """A word, as `pronunciation.bare` has it, and when it was heard, in milliseconds of the media."""

    word: str
    start_ms: int
    end_ms: int


def anchors(text: Sequence[str], heard: Sequence[HeardWord]) -> dict[int, HeardWord]:
    """Return what was heard of the words of the text, by their place in it; both ascend together.

    Words heard alone, far from all others, are left out, and so are those that would be said too fast.
    """
    words = [each.word for each in heard]
    pairs = list(_matches(text, words, 0, len(text), 0, len(words), NGRAM_ORDERS))
    return {place: heard[number] for place, number in _plausible(_in_runs(pairs), heard)}


def _matches(
    text: Sequence[str],
    words: Sequence[str],
    first: int,
    last: int,
    begin: int,
    end: int,
    orders: Sequence[int],
) -> Iterator[tuple[int, int]]:
    """Yield places of the same word in text[first:last] and words[begin:end], both ascending."""
    if first >= last or begin >= end:
        return
    if not orders:
        if (last - first) * (end - begin) <= MAX_CELLS:
            for place, number in common_subsequence(text[first:last], words[begin:end]):
                yield first + place, begin + number
        return
    order = orders[0]
    fixed = _grown(text, words, _unique(text, words, first, last, begin, end, order), first, begin, last, end)
    at, here = first, begin
    for place, number in [*fixed, (last, end)]:
        # Parts in which nothing new was found are not searched again in the same way.
        yield from _matches(text, words, at, place, here, number, orders[1:])
        if place < last:
            yield place, number
        at, here = place + 1, number + 1


def common_subsequence(text: Sequence[str], words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the words of a longest common subsequence, in both.

    A row of the table is the bits of one integer: Hyyrö, "Bit-parallel LCS-length computation revisited"
    (AWOCA 2004).
    """
    size = len(text)
    full = (1 << size) - 1
    where: dict[str, int] = {}
    for place, word in enumerate(text):
        where[word] = where.get(word, 0) | 1 << place
    rows: list[int] = []
    row = full
    for word in words:
        matches = row & where.get(word, 0)
        row = (row + matches | row - matches) & full
        rows.append(row)
    found = []
    place, number = size, len(words)
    while place and number:
        if rows[number - 1] >> (place - 1) & 1:
            place -= 1
            continue
        number -= 1
        if not number or rows[number - 1] >> (place - 1) & 1:
            place -= 1
            found.append((place, number))
    return found[::-1]


def _unique(
    text: Sequence[str],
    words: Sequence[str],
    first: int,
    last: int,
    begin: int,
    end: int,
    order: int,
) -> list[tuple[int, int]]:
    """Return where rows of words occur exactly once in both, as many as ascend in both."""
    in_text = _once(_rows(text, first, last, order))
    in_words = _once(_rows(words, begin, end, order))
    pairs = sorted((place, in_words[row]) for row, place in in_text.items() if row in in_words)
    return _ascending(pairs)


def _rows(words: Sequence[str], first: int, last: int, order: int) -> Iterator[tuple[Hashable, int]]:
    for place in range(first, last - order + 1):
        yield tuple(words[place : place + order]), place


def _once(rows: Iterator[tuple[Hashable, int]]) -> dict[Hashable, int]:
    found = list(rows)
    counts = Counter(row for row, _ in found)
    return {row: place for row, place in found if counts[row] == 1}


def _ascending(pairs: Sequence[tuple[int, Key]]) -> list[tuple[int, Key]]:
    """Return the longest choice of the pairs that ascends in both places."""
    tails: list[Key] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, (_, number) in enumerate(pairs):
        length = bisect_left(tails, number)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [index]
    chosen = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = previous[index]
    return chosen[::-1]


def _grown(
    text: Sequence[str],
    words: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    first: int,
    begin: int,
    last: int,
    end: int,
) -> list[tuple[int, int]]:
    """Return the pairs, extended on both sides by equal neighbours."""
    found: dict[int, int] = {}
    floor, floor_number = first, begin
    for (place, number), (limit, limit_number) in pairwise([*pairs, (last, end)]):
        if place < floor or number < floor_number:
            continue
        back = 0
        while (
            place - back > floor
            and number - back > floor_number
            and text[place - back - 1] == words[number - back - 1]
        ):
            back += 1
        step = -back
        while (
            place + step < limit
            and number + step < limit_number
            and text[place + step] == words[number + step]
        ):
            found[place + step] = number + step
            step += 1
        floor, floor_number = place + step, number + step
    return list(found.items())


def _in_runs(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs without those that stand alone, unless anchors are near on both sides."""
    runs: list[list[tuple[int, int]]] = []
    for pair in pairs:
        if runs and (pair[0] - runs[-1][-1][0], pair[1] - runs[-1][-1][1]) == (1, 1):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    sure = [place for run in runs if len(run) >= MIN_RUN_WORDS for place, _ in run]
    return [pair for run in runs if len(run) >= MIN_RUN_WORDS or _is_near(run[0][0], sure) for pair in run]


def _is_near(place: int, sure: Sequence[int]) -> bool:
    after = bisect_left(sure, place)
    return 0 < after < len(sure) and sure[after] - sure[after - 1] - 1 <= MAX_WORDS_BETWEEN


def _plausible(pairs: Sequence[tuple[int, int]], heard: Sequence[HeardWord]) -> list[tuple[int, int]]:
    """Return the longest chain of runs that can be said at a human pace with the words in between."""
    spare = [heard[number].start_ms - MIN_MS_PER_WORD * place for place, number in pairs]
    # Equal words are in order, too: each is distinguished by its place.
    ordered = [(index, (time, index)) for index, time in enumerate(spare)]
    return [pairs[index] for index, _ in _ascending(ordered)]
