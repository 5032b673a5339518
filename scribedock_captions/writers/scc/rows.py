"""The rows of an SCC caption: the text of each, divided where its style changes.

CEA-608 has italics and underline, and changes them with a code that takes a column and shows a space (47 CFR
15.119 (h)).  Here it always stands in the place of a space, so that it makes no row wider and no word two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from scribedock_captions.style import PLAIN, Style, StyledSpan, pieces_of, spans_by_word
from scribedock_captions.writers.scc.transliteration import transliterated

COLUMNS = 32
HARD_SPACE = "\u00a0"  # CEA-608 has one kind of space alone
Words = Sequence[tuple[str, Style]]


class Run(NamedTuple):
    """A part of a row in one style."""

    text: str
    style: Style


class Row(NamedTuple):
    """What stands on a row; a code takes the place of the space between two runs."""

    runs: tuple[Run, ...]

    @property
    def columns(self) -> int:
        """Count the columns that the row takes."""
        return sum(len(run.text) for run in self.runs) + len(self.runs) - 1


def rows_of(line: str, spans: Sequence[StyledSpan] = (), *, dangling: bool = True) -> list[Row]:
    """Return the rows that a line needs in the characters of CEA-608; none where nothing can be seen.

    dangling: the last word may have a row of its own.
    """
    words = _words(line, spans)
    columns = sum(len(text) + 1 for text, _ in words) - 1
    if columns > COLUMNS:
        return [_row(row) for row in _broken(words, dangling=dangling)]
    return [_row(words)] if any(text.strip() for text, _ in words) else []


def _words(line: str, spans: Sequence[StyledSpan]) -> Words:
    if not spans:
        return [(text, PLAIN) for text in transliterated(line).replace(HARD_SPACE, " ").split(" ")]
    text = ""
    styles: list[Style] = []
    for piece, style in pieces_of(line, spans_by_word(line, spans)):
        shown = transliterated(piece).replace(HARD_SPACE, " ")
        text += shown
        styles += [Style(italic=style.italic, underline=style.underline)] * len(shown)
    found: list[tuple[str, Style]] = []
    place = 0
    for word in text.split(" "):
        before = found[-1][1] if found else PLAIN
        found.append((word, styles[place] if word else before))
        place += len(word) + 1
    return found


def _broken(words: Words, *, dangling: bool) -> list[Words]:
    """Divide words into rows of COLUMNS."""
    rows: list[list[tuple[str, Style]]] = [[]]
    for word, style in words:
        for place in range(0, len(word), COLUMNS):
            piece = word[place : place + COLUMNS]
            if rows[-1] and _columns([*rows[-1], (piece, style)]) > COLUMNS:
                rows.append([])
            rows[-1].append((piece, style))
    if not dangling and len(rows) > 1 and len(rows[-1]) == 1 < len(rows[-2]):
        last = [rows[-2][-1], rows[-1][0]]
        if _columns(last) <= COLUMNS:
            rows[-2:] = [rows[-2][:-1], last]
    return list(rows)


def _columns(words: Words) -> int:
    return sum(len(text) + 1 for text, _ in words) - 1


def _row(words: Words) -> Row:
    groups = groupby(words, key=lambda word: word[1])
    return Row(tuple(Run(" ".join(text for text, _ in group), style) for style, group in groups))
