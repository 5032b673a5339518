"""Recognized words that tests of speech make up, and the resulting lists."""

from __future__ import annotations

from scribedock.speech.diarization.turns import Turn
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span
from scribedock_captions.elementlist.model import ElementList, Sequence

Chunk = tuple[Span, list[TimedWord] | None]
STEP = 300
TURN_MS, LARGER_TURN_MS = 8000, 10_000


def spoken(texts: str | list[str], start: int = 0, *, confidence: float | None = None) -> list[TimedWord]:
    """Words of 250 ms, one every 300 ms."""
    return [
        TimedWord(text=text, start_ms=start + n * STEP, end_ms=start + n * STEP + 250, confidence=confidence)
        for n, text in enumerate(texts.split() if isinstance(texts, str) else texts)
    ]


def chunk(texts: str | list[str], start: int = 0, *, confidence: float | None = None) -> Chunk:
    words = spoken(texts, start, confidence=confidence)
    return Span(start_ms=start, end_ms=start + len(words) * STEP), words


def whisper(text: str) -> list[str]:
    return [f" {part}" for part in text.split()]


def sequence_text(sequence: Sequence) -> str:
    return "".join(token.display_as for token in sequence.tokens)


def texts(made: ElementList) -> list[str]:
    return [" ".join(map(sequence_text, segment.sequences)) for segment in made.segments]


def share_confused(found: list[Turn]) -> float:
    """Of the time of the turns, when they have the speaker wrong, where 1 begins."""
    wrong = total = 0
    for each in found:
        for time in range(each.start_ms, each.end_ms, 10):
            speaker = 1 if time % (TURN_MS + LARGER_TURN_MS) < TURN_MS else 2
            wrong += speaker != each.speaker
            total += 1
    return wrong / total
