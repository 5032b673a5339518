"""What a recognizer did not understand, and which of its words are in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span

Chunk = tuple[Span, list[TimedWord] | None]
"""A span of a recording and its words; None: it was not recognized."""


def without_unrecognized(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Return the chunks, divided: speech that was not understood is one of its own, without words."""
    return [part for span, words in chunks for part in _parts(span, words)]


def _parts(span: Span, words: list[TimedWord] | None) -> Iterator[Chunk]:
    if words is None:
        yield span, None
        return
    start_ms, known = span.start_ms, list[TimedWord]()
    for word in words:
        if word.origin is not Origin.UNRECOGNIZED:
            known.append(word)
            continue
        first, after = max(word.start_ms, start_ms), min(word.end_ms, span.end_ms)
        if first < after:
            if known:
                yield Span(start_ms=start_ms, end_ms=first), known
            yield Span(start_ms=first, end_ms=after), None
            start_ms, known = after, []
    if start_ms < span.end_ms:
        yield Span(start_ms=start_ms, end_ms=span.end_ms), known


def count_in_doubt(words: Sequence[TimedWord], limit: float) -> int | None:
    """Return how many words have a confidence below the limit; None where any has none."""
    known = [word.confidence for word in words if word.confidence is not None]
    return sum(value < limit for value in known) if len(known) == len(words) else None
