"""The styles of a caption, as far as a format has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scribedock_captions.caption import Caption
from scribedock_captions.style import (
    EVERY_STYLE,
    PLAIN,
    Style,
    StyledSpan,
    pieces_of,
    spans_by_word,
    spans_of,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StyledCaption:
    """A caption in the styles that a format has."""

    caption: Caption
    lacks: bool = False  # a style of it is none of the format's
    moved: bool = False  # a style changed within a word, and no longer does


def with_styles(caption: Caption, styles: Style, *, by_word: bool) -> StyledCaption:
    """Return the caption in these styles; `by_word`: with one style for each word.

    Marks beside a word may change their style without being counted as moved.
    """
    if not caption.spans or (styles == EVERY_STYLE and not by_word):
        return StyledCaption(caption=caption)
    pairs = list(zip(caption.lines, caption.spans, strict=True))
    lacks = any(_common(span.style, styles) != span.style for _, spans in pairs for span in spans)
    kept = [_kept(line, spans, styles) for line, spans in pairs]
    shown = [
        spans_by_word(line, spans) if by_word else spans for (line, _), spans in zip(pairs, kept, strict=True)
    ]
    moved = any(
        list(_letters(line, before)) != list(_letters(line, after))
        for (line, _), before, after in zip(pairs, kept, shown, strict=True)
    )
    return StyledCaption(
        caption=replace(caption, spans=tuple(shown) if any(shown) else ()), lacks=lacks, moved=moved
    )


def _common(one: Style, other: Style) -> Style:
    return Style(
        italic=one.italic and other.italic,
        bold=one.bold and other.bold,
        underline=one.underline and other.underline,
    )


def _kept(line: str, spans: tuple[StyledSpan, ...], styles: Style) -> tuple[StyledSpan, ...]:
    if styles == PLAIN:
        return ()
    return spans_of(_common(style, styles) for piece, style in pieces_of(line, spans) for _ in piece)


def _letters(line: str, spans: tuple[StyledSpan, ...]) -> Iterator[Style]:
    """Give the style of each letter and digit."""
    for piece, style in pieces_of(line, spans):
        yield from [style] * sum(map(str.isalnum, piece))
