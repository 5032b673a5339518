"""How much of the speech in a recording became words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span

NEAR_MS = 1000
"""Speech this close to a recognized word counts as recognized: words are a little shorter than the speech in
which the voice activity detector hears them, and people pause between them."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of the speech has words, in milliseconds."""

    # Where the voice activity detector hears speech.
    speech_ms: int
    # Of that, what became words.
    worded_ms: int
    # Of that, where the recognizer failed.
    unrecognized_ms: int

    @property
    def wordless_ms(self) -> int:
        """Return the milliseconds in which the recognizer found no words."""
        return self.speech_ms - self.worded_ms - self.unrecognized_ms


WORDLESS_MS = 1000
"""A stretch of speech must be this long before it is heard again because no word is near: shorter ones are
breaths and the ends of words."""


def wordless_stretches(
    speech: Sequence[Span], chunks: Iterable[tuple[Span, Sequence[TimedWord] | None]], near_ms: int = 300
) -> list[Span]:
    """Return the stretches of speech, of WORDLESS_MS and more, that no word comes as close to as near_ms.

    Where the recognizer failed, it was tried often enough: nothing of that is returned.
    """
    known = list(chunks)
    failed = [span for span, words in known if words is None]
    united = _united([*failed, *_near(known, near_ms)])
    ends = [each.end_ms for each in united]
    found = []
    for span in speech:
        start_ms = span.start_ms
        for other in islice(united, bisect_right(ends, span.start_ms), None):
            if other.start_ms >= span.end_ms:
                break
            found.append(Span(start_ms=start_ms, end_ms=max(start_ms, other.start_ms)))
            start_ms = max(start_ms, other.end_ms)
        found.append(Span(start_ms=start_ms, end_ms=max(start_ms, span.end_ms)))
    return [span for span in found if span.end_ms - span.start_ms >= WORDLESS_MS]


def measure_coverage(
    speech: Sequence[Span], chunks: Iterable[tuple[Span, Sequence[TimedWord] | None]]
) -> Coverage:
    """Return the coverage of the spans of speech by the chunks; None as words: the recognizer failed."""
    known = list(chunks)
    failed = [span for span, words in known if words is None]
    near = _near(known, NEAR_MS)
    unrecognized_ms = _shared_ms(speech, failed)
    return Coverage(
        speech_ms=sum(span.end_ms - span.start_ms for span in speech),
        worded_ms=_shared_ms(speech, [*failed, *near]) - unrecognized_ms,
        unrecognized_ms=unrecognized_ms,
    )


def _near(chunks: Iterable[tuple[Span, Sequence[TimedWord] | None]], near_ms: int) -> list[Span]:
    """Return the time of each word, and near_ms before and after it."""
    return [
        Span(start_ms=max(word.start_ms - near_ms, 0), end_ms=word.end_ms + near_ms)
        for _, words in chunks
        for word in words or ()
    ]


def _shared_ms(speech: Sequence[Span], others: Sequence[Span]) -> int:
    """Return how many milliseconds of the speech lie in any of the others, however these overlap."""
    shared = 0
    united = _united(others)
    place = 0
    for span in speech:
        while place < len(united) and united[place].end_ms <= span.start_ms:
            place += 1
        at = place
        while at < len(united) and united[at].start_ms < span.end_ms:
            shared += min(span.end_ms, united[at].end_ms) - max(span.start_ms, united[at].start_ms)
            at += 1
    return shared


def _united(spans: Sequence[Span]) -> list[Span]:
    """Return the same time as spans that do not overlap, in order."""
    united: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start_ms):
        if united and span.start_ms <= united[-1].end_ms:
            last = united[-1]
            united[-1] = Span(start_ms=last.start_ms, end_ms=max(last.end_ms, span.end_ms))
        else:
            united.append(span)
    return united
