"""The pronunciations of written words, out of a dictionary and, where it has none, by rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, product

from scribedock.speech.alignment.letter_rules import phones_by_spelling
from scribedock.speech.alignment.pronunciation import spoken_forms

MAX_PRONUNCIATIONS = 8
MAX_PHONES = 150
MIN_PART_LETTERS = 3  # letters of a word that is part of a compound
VOICELESS = frozenset("P T K F TH".split())
SIBILANTS = frozenset("S Z SH ZH CH JH".split())

Dictionary = Callable[[str], Sequence[str]]
"""Returns the pronunciations of a word in lower case, each as "K AE T"; none for an unknown word."""


def pronunciations(written: str, dictionary: Dictionary) -> list[str]:
    """Return the pronunciations of a written word, as phones; none for what is not said at all."""
    found: dict[str, None] = {}
    for words in spoken_forms(written):
        choices = [_of_word(word, dictionary) for word in words]
        ways = (" ".join(way) for way in product(*choices))
        found.update(dict.fromkeys(islice(ways, MAX_PRONUNCIATIONS if len(words) == 1 else 2)))
    return [way for way in found if way and way.count(" ") < MAX_PHONES][:MAX_PRONUNCIATIONS]


def _of_word(word: str, dictionary: Dictionary) -> Sequence[str]:
    known = dictionary(word)
    if known:
        return known
    for way in (_possessive, _compound):
        if found := way(word, dictionary):
            return found
    return [phones_by_spelling(word)]


def _possessive(word: str, dictionary: Dictionary) -> list[str]:
    base, mark, suffix = word.rpartition("'")
    if not mark or suffix not in ("s", ""):
        return []
    return [_with_s(way) for way in _of_word(base, dictionary)] if base else []


def _with_s(phones: str) -> str:
    last = phones.rpartition(" ")[2]
    return f"{phones} {'IH Z' if last in SIBILANTS else 'S' if last in VOICELESS else 'Z'}".strip()


def _compound(word: str, dictionary: Dictionary) -> list[str]:
    """Return pronunciations of a compound of two known words, divided as evenly as possible: dash|wood."""
    places: Iterable[int] = range(MIN_PART_LETTERS, len(word) - MIN_PART_LETTERS + 1)
    for place in sorted(places, key=lambda place: abs(2 * place - len(word))):
        before, after = dictionary(word[:place]), dictionary(word[place:])
        if before and after:
            return [f"{before[0]} {after[0]}"]
    return []
