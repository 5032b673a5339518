"""Repetition loops: words that a model repeats though nobody does, Whisper's commonest hallucination."""

from __future__ import annotations

from collections.abc import Sequence

from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.recognizer import TimedWord

MAX_LOOP_WORDS = 12  # the longest sequence that is checked for repetition
MAX_REPEATS = {1: 6, 2: 4}
"""How often a word, or two of them, may be said in a row; people do say "no, no, no, no"."""
MAX_LONG_REPEATS = 3


def without_loops(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Return the words with loops, which are repeated too often, reduced to one repetition."""
    texts = [bare_word(word.text) for word in words]
    kept: list[TimedWord] = []
    place = 0
    while place < len(words):
        length, times = _loop_at(texts, place)
        kept += words[place : place + length]
        place += length * times
    return kept


def _loop_at(texts: Sequence[str], place: int) -> tuple[int, int]:
    """Return the number of words in the loop that begins here, and its repetitions; (1, 1) without one."""
    for length in range(1, MAX_LOOP_WORDS + 1):
        pattern = texts[place : place + length]
        times = 1
        while texts[place + times * length : place + (times + 1) * length] == pattern:
            times += 1
        if len(pattern) == length and times > MAX_REPEATS.get(length, MAX_LONG_REPEATS):
            return length, times
    return 1, 1
