"""Where sentences end in the text of a file: not at the point of an abbreviation."""

from __future__ import annotations

from collections.abc import Sequence

from scribedock_captions.elementlist.punctuation import ABBREVIATIONS, WordParts, split_punctuation

OPENING_MARKS = "\"'“‘«„‹([{-–—¿¡*♪"
MOSTLY = 0.5
"""The share of sentences that begin with a capital from which on a small letter says that none begins."""


class SentenceEnds:
    """Tells where sentences end in texts that no space divides, in the order in which they are said."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._parts = [split_punctuation(text) for text in texts]
        ends = [place for place in range(len(texts) - 1) if self._parts[place].ends_sentence]
        cased = [
            first for place in ends if (first := self._first(place + 1)) and first.lower() != first.upper()
        ]
        capitals = sum(first.isupper() for first in cased)
        self._capitalised = capitals > MOSTLY * len(cased) if cased else any(map(_has_capital, texts))

    def at(self, place: int) -> bool:
        """Tell whether a sentence ends with the text of this place."""
        parts = self._parts[place]
        if not parts.ends_sentence:
            return False
        if place + 1 == len(self._texts):
            return True
        first = self._first(place + 1)
        if self._capitalised and first.islower() and _may_go_on(parts):
            return False
        return not (_is_abbreviation(parts) and (first.isdecimal() or first.islower()))

    def _first(self, place: int) -> str:
        return self._texts[place].lstrip(OPENING_MARKS)[:1]


def _may_go_on(parts: WordParts) -> bool:
    """Tell whether a sentence may continue after these marks: a point, an ellipsis, a quoted question."""
    return parts.after[0][0] in ".…" or len(parts.after) > 1


def _is_abbreviation(parts: WordParts) -> bool:
    return parts.after == (".",) and parts.word.lower() in ABBREVIATIONS


def _has_capital(text: str) -> bool:
    return any(letter.isupper() for letter in text)
