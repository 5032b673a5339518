"""Names and words of the trade that a recognizer should know, out of what people write about a recording."""

from __future__ import annotations

import re
from html import unescape

MAX_TERMS = 100
MAX_CHARACTERS = 40  # of a term
WORD = re.compile(r"[^\W_]+(?:[-'’&.][^\W_]+)*|[,&/]")
SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+|[\"“”«»()\[\]]")


def terms_in(notes: str) -> tuple[str, ...]:
    """The words of notes that look like names: with a capital or a digit, and not the first of a sentence.

    A first word counts where it has a second capital or a digit, or where a name or a comma follows it. Names
    that follow each other are one term. notes may be escaped HTML, as the API keeps them.
    """
    found: dict[str, None] = {}
    for sentence in SENTENCE.split(unescape(notes)):
        term: list[str] = []
        words = WORD.findall(sentence or "")
        for number, word in enumerate([*words, ""]):
            following = words[number + 1] if number + 1 < len(words) else ""
            joined = _is_name(following) or (bool(following) and not following[0].isalnum())
            if _is_name(word) and (number or joined or not word[1:].islower()):
                term.append(word)
            elif term:
                found.setdefault(" ".join(term)[:MAX_CHARACTERS].strip())
                term = []
    return tuple(found)[:MAX_TERMS]


def _is_name(word: str) -> bool:
    capital = word[:1].isupper() and len(word) > 1
    return capital or (word[:1].isalpha() and any(mark.isdigit() for mark in word))
