"""Recognition as steps of a workflow: the words of spans of speech, as they are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog

from scribedock.speech.coverage import wordless_stretches
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import Origin, TimedWord, unrecognized
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import parallel_steps
from scribedock.workflow.steps.attempts import Attempts, MachineExhausted
from scribedock.workflow.steps.word_times import refined_words

log = structlog.get_logger("scribedock.worker")

SURE_CONFIDENCE = 0.5
"""The mean of the words of a stretch that had none at first; what a model invents over a noise has less."""


class RecognizedWord(TypedDict):
    text: str
    start_ms: int
    end_ms: int
    confidence: float | None
    origin: Origin


Words = list[RecognizedWord] | None  # None: nothing was recognized (yet)


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """What to recognize, and how."""

    task_id: str
    language: str  # ISO 639-1
    terms: Sequence[str]  # names that are likely to be said
    audio: Callable[[], Path]  # mono 16 kHz s16le
    check_wanted: Callable[[], None]  # raises where the job was deleted
    stamp: Callable[[], None]  # is called after each span
    refines: bool  # whether times are found in the sound where the engine's are poor


def recognize(pool: RecognizerPool, wanted: Recognition, batches: Sequence[Sequence[Span]]) -> list[Words]:
    """Return the words of each span of the batches, in order; None where the recognizer failed for good.

    The spans of a batch are recognized together, and each by itself where that fails. Runs as steps of the
    workflow. Raises MachineExhausted where this machine recognizes nothing at all.
    """
    found: dict[Span, Words] = {}
    several = [batch for batch in batches if len(batch) > 1]
    if several:

        def together(batch: Sequence[Span]) -> list[Words]:
            return _together(pool, wanted, batch)

        for batch, words in zip(
            several,
            parallel_steps("recognize together", together, several, threads=pool.processes),
            strict=True,
        ):
            found |= zip(batch, words, strict=True)

    def one(span: Span, *, fresh: bool) -> list[RecognizedWord]:
        words = pool.recognize(
            wanted.audio(),
            span,
            wanted.language,
            wanted.terms,
            check_wanted=wanted.check_wanted,
            fresh=fresh,
        )
        log.debug("segment recognized", task=wanted.task_id, start_ms=span.start_ms)
        refined = _refined(pool, wanted, span, words)
        wanted.stamp()
        return saved_words(refined)

    spans = [span for batch in batches for span in batch]
    left = [span for span in spans if found.get(span) is None]
    trying = Attempts(
        name="recognize",
        task_id=wanted.task_id,
        work=one,
        check_wanted=wanted.check_wanted,
        threads=pool.processes,
    )
    tried = trying.run(left)
    if tried.machine_exhausted and len(left) == len(spans):
        raise MachineExhausted("no speech was recognized, through the fault of this machine")
    found |= zip(left, tried.results, strict=True)
    return [found[span] for span in spans]


def recognize_wordless(
    pool: RecognizerPool,
    wanted: Recognition,
    speech: Sequence[Span],
    chunks: Sequence[Span],
    words: Sequence[Words],
) -> list[Words]:
    """Return the words of each chunk, with those of the stretches of speech that had none.

    Each of these stretches is recognized once more, by itself, as a step of the workflow. Words of little
    confidence there are no words: the stretch counts as not recognized.
    """
    known = [
        (chunk, None if found is None else [restored_word(word) for word in found])
        for chunk, found in zip(chunks, words, strict=True)
    ]
    left = wordless_stretches(speech, known)

    def one(span: Span, *, fresh: bool) -> list[RecognizedWord]:
        found = pool.recognize(
            wanted.audio(),
            span,
            wanted.language,
            wanted.terms,
            check_wanted=wanted.check_wanted,
            fresh=fresh,
        )
        if not _is_sure(found):
            return saved_words([unrecognized(span.start_ms, span.end_ms)])
        return saved_words(_refined(pool, wanted, span, found))

    trying = Attempts(
        name="recognize wordless speech",
        task_id=wanted.task_id,
        work=one,
        check_wanted=wanted.check_wanted,
        threads=pool.processes,
    )
    added: dict[Span, list[RecognizedWord]] = {}
    for span, found in zip(left, trying.run(left).results, strict=True):
        chunk = next(each for each in chunks if each.end_ms > span.start_ms)
        added.setdefault(chunk, []).extend(found or ())
    return [
        found if found is None else sorted([*found, *added.get(chunk, ())], key=_start)
        for chunk, found in zip(chunks, words, strict=True)
    ]


def _is_sure(words: Sequence[TimedWord]) -> bool:
    known = [word.confidence for word in words if word.confidence is not None]
    return not known or sum(known) / len(known) >= SURE_CONFIDENCE


def _start(word: RecognizedWord) -> int:
    return word["start_ms"]


def _together(pool: RecognizerPool, wanted: Recognition, batch: Sequence[Span]) -> list[Words]:
    """Return the words of each span; None for all of them where they fail together."""
    wanted.check_wanted()
    try:
        found = pool.recognize_batch(
            wanted.audio(), batch, wanted.language, wanted.terms, check_wanted=wanted.check_wanted
        )
    except RecognitionFailed as error:
        log.warning("segments not recognized together", task=wanted.task_id, reason=str(error))
        return [None] * len(batch)
    refined: list[Words] = []
    for span, words in zip(batch, found, strict=True):
        log.debug("segment recognized", task=wanted.task_id, start_ms=span.start_ms)
        refined.append(saved_words(_refined(pool, wanted, span, words)))
        wanted.stamp()
    return refined


def _refined(
    pool: RecognizerPool, wanted: Recognition, span: Span, words: Sequence[TimedWord]
) -> Sequence[TimedWord]:
    if not wanted.refines:
        return words
    return refined_words(pool, wanted.audio(), span, words, wanted.language, wanted.check_wanted)


def saved_words(words: Sequence[TimedWord]) -> list[RecognizedWord]:
    """Return words as a step saves them."""
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


def restored_word(saved: RecognizedWord) -> TimedWord:
    """Return a word that a step has saved, in whatever format."""
    return TimedWord(
        text=saved["text"],
        start_ms=saved["start_ms"],
        end_ms=saved["end_ms"],
        confidence=saved["confidence"],
        origin=Origin(saved["origin"]),
    )
