"""The script of recognized Chinese: a recognizer writes either one, and often both in one recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from scribedock.speech.recognizer import TimedWord

if TYPE_CHECKING:
    from opencc import OpenCC

CONVERSIONS: Mapping[str, str] = {"zh-cmn": "t2s", "zh-tw": "s2tw", "zh-yue": "s2hk"}
"""OpenCC's conversion into the script of a language of the catalogue: simplified in China, traditional in
Taiwan and Hong Kong."""


def in_script_of(language: str, words: Sequence[TimedWord]) -> list[TimedWord]:
    """Return the words in the script of a language of the catalogue; unchanged for any but Chinese.

    They are converted together, because what a simplified character stands for shows in what is around it.
    """
    if language not in CONVERSIONS or not words:
        return list(words)
    convert = _converter(CONVERSIONS[language]).convert
    places = [0, *accumulate(len(word.text) for word in words)]
    text = convert("".join(word.text for word in words))
    if len(text) != places[-1]:  # it would be unknown which characters belong to which word
        return [replace(word, text=convert(word.text)) for word in words]
    return [
        replace(word, text=text[start:end])
        for word, (start, end) in zip(words, pairwise(places), strict=True)
    ]


@lru_cache
def _converter(conversion: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(conversion)
