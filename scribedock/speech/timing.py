"""Word times made sound: ascending, not overlapping, inside their span, and never empty."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scribedock.speech.recognizer import TimedWord


def fit_words(words: Sequence[TimedWord], start_ms: int, end_ms: int) -> list[TimedWord]:
    """Return the words in their order, each at least 1 ms long, between start_ms and end_ms.

    A time that is already sound is not changed. More words than milliseconds are no recognizer's answer;
    those that find no place are left out.
    """
    words = words[: max(end_ms - start_ms, 0)]
    starts, ends, earliest = [], [], start_ms
    for word in words:
        starts.append(max(word.start_ms, earliest))
        ends.append(max(word.end_ms, starts[-1] + 1))
        earliest = ends[-1]
    latest = end_ms
    for index in reversed(range(len(words))):
        ends[index] = min(ends[index], latest)
        starts[index] = latest = min(starts[index], ends[index] - 1)
    return [
        replace(word, start_ms=start, end_ms=end)
        for word, start, end in zip(words, starts, ends, strict=True)
    ]


def clean_words(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Return the words without control characters and inner white space; empty ones are left out.

    White space before a word is kept, as one space: it tells where a new one begins. A word with white space
    inside becomes several that share its time.
    """
    return [part for word in words for part in _parts(word)]


def _parts(word: TimedWord) -> Iterator[TimedWord]:
    text = "".join(
        " " if character.isspace() else character
        for character in word.text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    texts = text.split()
    length = max(word.end_ms - word.start_ms, 0)
    for index, part in enumerate(texts):
        yield replace(
            word,
            text=f" {part}" if index or text.startswith(" ") else part,
            start_ms=word.start_ms + length * index // len(texts),
            end_ms=word.start_ms + length * (index + 1) // len(texts),
            confidence=_confidence(word.confidence),
        )


def _confidence(value: float | None) -> float | None:
    return min(max(value, 0.0), 1.0) if value is not None and math.isfinite(value) else None
