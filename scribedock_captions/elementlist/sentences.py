"""Where sentences end in the text of a file: not at the point of an abbreviation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scribedock_captions.elementlist.punctuation import ABBREVIATIONS, TITLES, WordParts, split_punctuation

OPENING_MARKS = "\"'“‘«„‹([{-–—¿¡*♪"
NEVER_LAST = frozenset("bzw vgl inkl sog evtl ggf ca approx cf".split())
"""Abbreviations that something always follows."""
ROMAN_NUMERAL = re.compile(r"[IVXLC]{2,}|[VX]")
COUNTED = frozenset(
    """januar jänner jan februar feb märz april mai juni juli august september oktober november dezember
    jahrhundert jahrhunderts stock platz januari februari mars maj augusti december""".split()
)
"""What stands after a number and its point in languages that write ordinal numbers so: 3. Oktober."""
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
        if parts.after != (".",):
            return True
        word, following = parts.word.lower(), self._parts[place + 1]
        if word in NEVER_LAST or (word.isdecimal() and following.word.lower() in COUNTED):
            return False
        return not (
            word in ABBREVIATIONS and (first.isdecimal() or first.islower() or _is_part_of_a_name(following))
        )

    def _first(self, place: int) -> str:
        return self._texts[place].lstrip(OPENING_MARKS)[:1]


def _may_go_on(parts: WordParts) -> bool:
    """Tell whether a sentence may continue after these marks: a point, an ellipsis, a quoted question."""
    return parts.after[0][0] in ".…" or len(parts.after) > 1


def _is_part_of_a_name(parts: WordParts) -> bool:
    """Tell whether what follows an abbreviation belongs to it: Vol. IV, Mon. Dec. 5."""
    abbreviated = parts.word.lower() in ABBREVIATIONS - TITLES and parts.after[:1] == (".",)
    return abbreviated or ROMAN_NUMERAL.fullmatch(parts.word) is not None


def _has_capital(text: str) -> bool:
    return any(letter.isupper() for letter in text)
