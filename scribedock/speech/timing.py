"""Word times made sound: ascending, not overlapping, inside their span, and never empty."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span

MIN_CONFIDENCE_IN_SILENCE = 0.5
"""Of a word where no speech is: quiet words at the edge of speech have it, those that a model invents over a
pause have less."""


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


def trim_to_speech(words: Sequence[TimedWord], speech: Sequence[Span]) -> list[TimedWord]:
    """Return the recognized words without the pauses that they were stretched over.

    speech is where a voice activity detector hears any, in order. A word keeps its time in the span of speech
    that it has most of. One that lies in no speech at all is left out where the recognizer itself is unsure.
    """
    ends = [span.end_ms for span in speech]
    found = []
    for word in words:
        place = bisect_right(ends, word.start_ms)
        within: list[tuple[int, int]] = []
        while place < len(speech) and speech[place].start_ms < word.end_ms:
            span = speech[place]
            within.append((max(word.start_ms, span.start_ms), min(word.end_ms, span.end_ms)))
            place += 1
        if word.origin is not Origin.RECOGNIZED:
            found.append(word)
        elif within:
            start_ms, end_ms = max(within, key=lambda times: times[1] - times[0])
            found.append(replace(word, start_ms=start_ms, end_ms=end_ms))
        elif word.confidence is None or word.confidence >= MIN_CONFIDENCE_IN_SILENCE:
            found.append(word)
    return found


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
