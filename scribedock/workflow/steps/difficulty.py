"""How difficult a job was, from what the recognizer knows.

Source: JobDifficulty of the API is Good, Bad or Unknown; how it is determined is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scribedock.jobs.job import Difficulty
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a recording after its recognition. Times are in milliseconds."""

    speech_ms: int  # where the detector hears speech
    worded_ms: int  # of that, what the recognized words take
    failed_ms: int  # of that, where the recognizer failed
    confidence: float | None  # of the words, their mean, 0..1; None where the engine has no honest one
    signal_to_noise_db: float | None


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A number that says how well a recording was understood; more is better."""

    value: float
    bad_below: float
    good_from: float


MOSTLY_SILENT_MS = 1000
"""With less speech there is nothing to judge by."""

FAILED_SHARE = 0.05
"""With this share of the speech unrecognized, a person must write what is there."""


def judge_difficulty(evidence: Evidence) -> Difficulty:
    """Return Bad where one sign is bad, Good where all known ones are good, else Unknown.

    An engine that knows how sure it is knows best. For one that does not, noise tells: white noise in the
    demonstration's recording brings pocketsphinx from 7 % wrong words at 40 dB to 15 % at 30 dB, 42 % at 25
    dB and 71 % at 20 dB, while its words cover 0.87, 0.85, 0.83 and 0.77 of the speech
    (`benchmarks/speech/difficulty.py`).
    """
    if evidence.speech_ms < MOSTLY_SILENT_MS:
        return Difficulty.UNKNOWN
    if evidence.failed_ms > FAILED_SHARE * evidence.speech_ms:
        return Difficulty.BAD
    signs = _signs(evidence)
    if any(sign.value < sign.bad_below for sign in signs):
        return Difficulty.BAD
    if signs and all(sign.value >= sign.good_from for sign in signs):
        return Difficulty.GOOD
    return Difficulty.UNKNOWN


def _signs(evidence: Evidence) -> list[Sign]:
    covered = evidence.worded_ms / evidence.speech_ms
    if evidence.confidence is not None:
        return [
            Sign(value=evidence.confidence, bad_below=0.6, good_from=0.8),
            Sign(value=covered, bad_below=0.3, good_from=0.5),
        ]
    if evidence.signal_to_noise_db is None:
        return []
    return [
        Sign(value=evidence.signal_to_noise_db, bad_below=22, good_from=28),
        Sign(value=covered, bad_below=0.7, good_from=0.8),
    ]


def gather_evidence(
    chunks: Sequence[tuple[Span, list[TimedWord] | None]],
    speech: Sequence[Span],
    signal_to_noise_db: float | None,
) -> Evidence:
    """Return the evidence of a recording.

    chunks are the spans that were recognized, each with its words (None: it failed), speech where somebody
    speaks.
    """
    words = [word for _, found in chunks for word in found or ()]
    known = [(word.confidence, word.end_ms - word.start_ms) for word in words if word.confidence is not None]
    weight = sum(duration for _, duration in known)
    return Evidence(
        speech_ms=sum(span.end_ms - span.start_ms for span in speech),
        worded_ms=sum(word.end_ms - word.start_ms for word in words),
        failed_ms=sum(span.end_ms - span.start_ms for span, found in chunks if found is None),
        confidence=sum(value * duration for value, duration in known) / weight if weight else None,
        signal_to_noise_db=signal_to_noise_db,
    )
