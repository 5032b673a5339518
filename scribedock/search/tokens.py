"""Words as they are searched: without case, accents and vowel signs, in any language.

Both databases get the same tokens, divided by spaces, and divide them no further. Scripts that put no space
between words are divided into characters, so that a word is found as the sequence of its characters.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import regex

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_TOKEN = regex.compile(rf"{_UNSPACED}\p{{M}}*|(?:(?!{_UNSPACED})[\p{{L}}\p{{N}}\p{{M}}])+")
# Accents of Latin, Greek and Cyrillic, vowel signs of Hebrew and Arabic, and the Arabic letter stretcher.
_LEFT_OUT = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
MAX_TOKEN_CHARACTERS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundToken:
    token: str
    start: int  # in the text, in characters
    end: int


def tokens_of(text: str) -> list[FoundToken]:
    """Return the tokens of a text, and where each stands in it."""
    found = []
    for match in _TOKEN.finditer(text):
        found += [
            FoundToken(token=token, start=match.start(), end=match.end())
            for token in _folded(match[0]).split()
        ]
    return found


def _folded(word: str) -> str:
    """Return the word as it is searched; empty where nothing is left of it."""
    if word.isascii():
        return word.lower()[:MAX_TOKEN_CHARACTERS]
    plain = unicodedata.normalize("NFKC", word).casefold()
    plain = unicodedata.normalize("NFC", _LEFT_OUT.sub("", unicodedata.normalize("NFD", plain)))
    # A compatible form may have characters of no word: "½" has a slash.
    divided = " ".join(_TOKEN.findall(plain))
    return divided[:MAX_TOKEN_CHARACTERS] if _LETTER.search(divided) else ""
