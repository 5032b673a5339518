"""Times for recognized words that are found in the sound, where the recognizer's own are poor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from scribedock.speech.alignment.aligner import LANGUAGES
from scribedock.speech.alignment.refinement import aligned_words
from scribedock.speech.alignment.silences import trimmed_words
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span
from scribedock.speech.vad import SAMPLES_PER_MS, read_pcm

log = structlog.get_logger("scribedock.worker")


def refined_words(
    pool: RecognizerPool,
    audio: Path,
    chunk: Span,
    words: Sequence[TimedWord],
    language: str,
    check_wanted: Callable[[], None],
) -> list[TimedWord]:
    """Return the words of a chunk, with times that were found in its sound where the engine's are poor.

    English (language is an ISO 639-1 code) is aligned; in any other language, and where alignment fails,
    silence is taken off the words. Raises what check_wanted raises.
    """
    known = [word for word in words if word.origin is not Origin.UNRECOGNIZED]
    if pool.early_ms is None or not known:
        return list(words)
    pcm = read_pcm(audio, chunk.start_ms * SAMPLES_PER_MS, (chunk.end_ms - chunk.start_ms) * SAMPLES_PER_MS)
    trimmed = trimmed_words(known, pcm, chunk.start_ms, pool.early_ms)
    marks = [word for word in words if word.origin is Origin.UNRECOGNIZED]
    if language not in LANGUAGES:
        return _in_order(trimmed, marks)

    def align(sound: Span, texts: Sequence[str]) -> list[Span | None]:
        return pool.align(audio, sound, texts, wide=True, hesitations=True, check_wanted=check_wanted)

    try:
        return _in_order(aligned_words(trimmed, chunk, align), marks)
    except RecognitionFailed as error:
        log.warning("recognized words not aligned", start_ms=chunk.start_ms, reason=str(error))
        return _in_order(trimmed, marks)


def _in_order(words: Sequence[TimedWord], marks: Sequence[TimedWord]) -> list[TimedWord]:
    """Return the words with the marks of what was not recognized; the words keep their order."""
    found = list(words)
    for mark in reversed(marks):
        place = next((at for at, word in enumerate(found) if word.start_ms >= mark.start_ms), len(found))
        found.insert(place, mark)
    return found
