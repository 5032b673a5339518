"""Recognition as a step of a workflow: the words of stretches of speech, as they are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog

from scribedock.speech.pool import RecognitionFailed, RecognizerPool
from scribedock.speech.recognizer import Origin, Word
from scribedock.speech.span import Span

log = structlog.get_logger("scribedock.worker")

TRIES = 2


class RecognizedWord(TypedDict):
    text: str
    start_ms: int
    end_ms: int
    confidence: float | None
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """What is to be recognized, and how."""

    task_id: str
    language: str  # ISO 639-1
    terms: Sequence[str]  # names that are likely to be said
    audio: Callable[[], Path]  # mono 16 kHz s16le
    check_wanted: Callable[[], None]  # raises where the job was deleted meanwhile


def recognize_batch(
    pool: RecognizerPool, wanted: Recognition, batch: Sequence[Span]
) -> list[list[RecognizedWord] | None]:
    """The words of each stretch; where they fail together, each is recognized by itself.

    None where the recognizer failed on one twice.
    """
    if len(batch) > 1:
        wanted.check_wanted()
        try:
            found = pool.recognize_batch(wanted.audio(), batch, wanted.language, wanted.terms)
        except RecognitionFailed as error:
            log.warning("segments not recognized together", task=wanted.task_id, reason=str(error))
        else:
            for span in batch:
                log.debug("segment recognized", task=wanted.task_id, start_ms=span.start_ms)
            return [_saved(words) for words in found]
    return [_recognize(pool, wanted, span) for span in batch]


def _recognize(pool: RecognizerPool, wanted: Recognition, span: Span) -> list[RecognizedWord] | None:
    wanted.check_wanted()
    audio = wanted.audio()
    for attempt in range(1, TRIES + 1):
        try:
            words = pool.recognize(audio, span, wanted.language, wanted.terms)
        except RecognitionFailed as error:
            log.warning("segment not recognized", task=wanted.task_id, attempt=attempt, reason=str(error))
        else:
            log.debug("segment recognized", task=wanted.task_id, start_ms=span.start_ms)
            return _saved(words)
    return None


def _saved(words: Sequence[Word]) -> list[RecognizedWord]:
    return [
        {
            "text": word.text,
            "start_ms": word.start_ms,
            "end_ms": word.end_ms,
            "confidence": word.confidence,
            "origin": word.origin,
        }
        for word in words
    ]


def restored(saved: RecognizedWord) -> Word:
    """A word that a step has saved, whatever it was saved as."""
    return Word(
        text=saved["text"],
        start_ms=saved["start_ms"],
        end_ms=saved["end_ms"],
        confidence=saved["confidence"],
        origin=Origin(saved["origin"]),
    )
