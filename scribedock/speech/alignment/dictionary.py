"""The pronouncing dictionary of English that comes with PocketSphinx, and which words are in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files

from scribedock.speech.alignment.pronunciation import bare_word, spoken_forms

BRITISH_SPELLINGS = (
    (re.compile("our"), "or"),  # favourable
    (re.compile("is(?=e|a|i)"), "iz"),  # organise, organisation
    (re.compile("ys(?=e|i)"), "yz"),  # analyse
    (re.compile("ae|oe"), "e"),  # anaemia, oestrogen
    (re.compile("re$"), "er"),  # litre
    (re.compile("lful"), "llful"),  # skilful
    (re.compile("lle"), "l"),  # jewellery
)
"""The dictionary is American."""


def entries() -> Iterator[tuple[str, list[str]]]:
    """Yield each word and the phones of a pronunciation; the second of "the" is that of "the(2)"."""
    dictionary = files("pocketsphinx") / "model" / "en-us" / "cmudict-en-us.dict"
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            word, *phones = line.split()
            yield word, phones


def is_known(written: str, also: Collection[str] = ()) -> bool:
    """Return whether a written word is English, as far as the dictionary goes, or one of `also`.

    also are words without punctuation, in lower case. Numbers, abbreviations and marks are known.
    """
    bare = bare_word(written)
    forms = spoken_forms(written)
    return not forms or bare in also or _base(bare) in also or any(all(map(_is_word, form)) for form in forms)


def _is_word(word: str) -> bool:
    return any(each in _words() for each in _spellings(word) | _spellings(_base(word)))


def _spellings(word: str) -> set[str]:
    """Return the word, and as it might be spelled in America."""
    found = {word}
    for british, american in BRITISH_SPELLINGS:
        found |= {british.sub(american, each) for each in found}
    return found


def _base(word: str) -> str:
    """Return the word without the ending of the possessive."""
    return word.removesuffix("'s").removesuffix("'")


@cache
def _words() -> frozenset[str]:
    return frozenset(word for word, _ in entries() if not word.endswith(")"))
