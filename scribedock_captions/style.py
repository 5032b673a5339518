"""How the letters of a text look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """What is special about the letters of a text."""

    italic: bool = False
    bold: bool = False
    underline: bool = False

    def __str__(self) -> str:
        return " ".join(name for name in STYLE_NAMES if getattr(self, name))


STYLE_NAMES = ("italic", "bold", "underline")
PLAIN = Style()
EVERY_STYLE = Style(italic=True, bold=True, underline=True)
WORD = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True, slots=True)
class StyledSpan:
    """A part of a line that has a style: the code points [start, end)."""

    start: int
    end: int
    style: Style


def style_named(names: str) -> Style:
    """Return the style of these names, as `str` writes them; others mean nothing."""
    given = names.split()
    return Style(**{name: True for name in STYLE_NAMES if name in given}) if given else PLAIN


def spans_of(styles: Iterable[Style]) -> tuple[StyledSpan, ...]:
    """Return the spans of a line from the style of each of its code points."""
    found, place = [], 0
    for style, run in groupby(styles):
        end = place + sum(1 for _ in run)
        if style != PLAIN:
            found.append(StyledSpan(start=place, end=end, style=style))
        place = end
    return tuple(found)


def pieces_of(text: str, spans: Sequence[StyledSpan]) -> Iterable[tuple[str, Style]]:
    """Divide a line into pieces of one style each, which together are the line."""
    place = 0
    for span in spans:
        if span.start > place:
            yield text[place : span.start], PLAIN
        yield text[span.start : span.end], span.style
        place = span.end
    if place < len(text):
        yield text[place:], PLAIN


def spans_by_word(text: str, spans: Sequence[StyledSpan]) -> tuple[StyledSpan, ...]:
    """Return the spans with one style for each word, that of most of its letters.

    Between two words of one style, so is the space.
    """
    styles = [style for piece, style in pieces_of(text, spans) for _ in piece]
    found: list[Style] = []
    for word in WORD.finditer(text):
        within = styles[word.start() : word.end()]
        style = Counter(within).most_common(1)[0][0]
        space = style if found and found[-1] == style else PLAIN
        found += [space] * (word.start() - len(found))
        found += [style] * len(within)
    return spans_of(found)
