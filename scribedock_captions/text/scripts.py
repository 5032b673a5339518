"""Writing that puts no spaces between words: where a line may break in it.

Phrases come from BudouX, whose models of Japanese, Chinese and Thai keep a particle with its noun.  Rules of
what may not begin or end a line: W3C, Requirements for Japanese Text Layout, §3.1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol
from unicodedata import category

from scribedock_captions.text.graphemes import graphemes

LETTERS = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ece\u1000-\u104a\u1780-\u17d3\u0f40-\u0fbc"
)
MARKS = "\u3000-\u3003\u3008-\u3020\u3030\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
UNSPACED = re.compile(f"[{LETTERS}]")
UNSPACED_RUN = re.compile(f"[{LETTERS}{MARKS}]")
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
THAI = re.compile("[\u0e01-\u0e5b]")
HAN = re.compile("[\u3400-\u9fff]")
TRADITIONAL = frozenset({"zh-tw", "zh-hk", "zh-mo", "zh-hant", "yue"})
NOT_FIRST = frozenset(
    "、。，．,.・：；:;？！?!゛゜ヽヾゝゞ々ー”’）〕］｝〉》」』】)]}»›…‥％%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ〜～ฯๆ"
)
NOT_LAST = frozenset("“‘（〔［｛〈《「『【([{«‹￥＄£$")
MAX_PHRASED = 400_000  # characters; a recording of ten hours has less


class _Parser(Protocol):
    def parse(self, sentence: str) -> list[str]: ...


class Phrases:
    """Divides the texts of one file, whose language decides how its characters are read."""

    def __init__(self, language: str, *, kana: bool) -> None:
        self._language = language.lower()
        self._kana = kana or self._language.startswith("ja")
        self._left = MAX_PHRASED

    def divide(self, text: str) -> list[str]:
        """Divide a text without spaces into phrases; one in other writing stays whole."""
        if text.isascii() or UNSPACED.search(text) is None:
            return [text]
        self._left -= len(text)
        parser = self._parser(text) if self._left > 0 else None
        if parser is None:
            return [text]
        return _kept_together(parser.parse(text))

    def _parser(self, text: str) -> _Parser | None:
        if THAI.search(text):
            return _thai()
        if KANA.search(text) or (self._kana and HAN.search(text)):
            return _japanese()
        if HAN.search(text):
            return _traditional() if self._language in TRADITIONAL else _simplified()
        return None


def is_unspaced(text: str) -> bool:
    """Tell whether a letter of the text is of writing without spaces."""
    return not text.isascii() and UNSPACED.search(text) is not None


def are_unspaced(before: str, after: str) -> bool:
    """Tell whether two texts are joined without a space, since both are of writing that has none."""
    sides = (before[-1:], after[:1])
    return all(map(UNSPACED_RUN.match, sides)) and any(map(UNSPACED.match, sides))


def pieces(text: str, width: int) -> list[str]:
    """Divide a text without spaces into pieces of at most this many characters.

    No piece begins with a closing mark, or ends with an opening one, unless it cannot be helped.
    """
    letters = graphemes(text)
    found, place = [], 0
    while len(letters) - place > width:
        end = place + width
        while end > place + 1 and (letters[end] in NOT_FIRST or letters[end - 1] in NOT_LAST):
            end -= 1
        if end == place + 1:
            end = place + width
        found.append("".join(letters[place:end]))
        place = end
    return [*found, "".join(letters[place:])]


def _kept_together(phrases: list[str]) -> list[str]:
    found: list[str] = []
    for phrase in phrases:
        if found and (phrase[0] in NOT_FIRST or found[-1][-1] in NOT_LAST or category(phrase[0])[0] == "M"):
            found[-1] += phrase
        else:
            found.append(phrase)
    return found


def phrases_of(texts: Iterator[str], language: str) -> Phrases:
    """Return what divides the texts of a file."""
    return Phrases(language, kana=any(KANA.search(text) for text in texts))


@cache
def _japanese() -> _Parser:
    import budoux

    return budoux.load_default_japanese_parser()


@cache
def _simplified() -> _Parser:
    import budoux

    return budoux.load_default_simplified_chinese_parser()


@cache
def _traditional() -> _Parser:
    import budoux

    return budoux.load_default_traditional_chinese_parser()


@cache
def _thai() -> _Parser:
    import budoux

    return budoux.load_default_thai_parser()
