"""The width of text: grapheme clusters, which are what a reader takes for one character."""

from __future__ import annotations

import regex

_CLUSTER = regex.compile(r"\X")


def width(text: str) -> int:
    """Count the characters that a reader sees."""
    return len(text) if text.isascii() else len(_CLUSTER.findall(text))


def graphemes(text: str) -> list[str]:
    """Divide a text into the characters that a reader sees."""
    return list(text) if text.isascii() else _CLUSTER.findall(text)
