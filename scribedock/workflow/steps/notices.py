"""The notice in `info` on how well a recording was understood, and the seconds behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scribedock.jobs.job import Job, JobColumns
from scribedock.speech.coverage import Coverage
from scribedock.speech.doubt import Chunk, count_in_doubt
from scribedock.speech.recognizer import Origin, TimedWord

NOTICED_MS = 10_000
NOTICED_SHARE = 0.2
"""This much speech, and this share of it, must lack words before `info` mentions it: a voice activity
detector also takes other sounds for speech."""


def coverage_columns(coverage: Coverage) -> JobColumns:
    """Return the columns of the job's row that store the coverage."""
    return {
        "speech_ms": coverage.speech_ms,
        "worded_ms": coverage.worded_ms,
        "unrecognized_ms": coverage.unrecognized_ms,
    }


def doubt_columns(chunks: Iterable[Chunk], limit: float) -> JobColumns:
    """Return the columns with the number of words, and of those whose confidence is below the limit."""
    words = [word for _, found in chunks for word in found or ()]
    return {"words": len(words), "words_in_doubt": count_in_doubt(words, limit)}


def word_time_columns(words: Iterable[TimedWord]) -> JobColumns:
    """Return the columns with the numbers of words by where their times come from.

    The times of all others are the recognizer's.
    """
    origins = Counter(word.origin for word in words)
    return {"words_aligned": origins[Origin.ALIGNED], "words_estimated": origins[Origin.INTERPOLATED]}


def coverage_notice(coverage: Coverage) -> str:
    """Return the notice for whoever gets the words; empty where nothing is missing."""
    if not coverage.speech_ms:
        return "No speech was found."
    found = []
    if coverage.unrecognized_ms:
        found.append(
            f"{format_seconds(coverage.unrecognized_ms)} of {format_seconds(coverage.speech_ms)} of speech "
            "could not be recognized; it is marked [INAUDIBLE]."
        )
    if coverage.wordless_ms >= NOTICED_MS and coverage.wordless_ms >= NOTICED_SHARE * coverage.speech_ms:
        found.append(
            f"{format_seconds(coverage.wordless_ms)} of {format_seconds(coverage.speech_ms)} that sound like "
            "speech have no words."
        )
    return " ".join(found)


def speech_translation_notice(engine: str) -> str:
    """Return the notice of a translation that the recognizer of this title made from the recording."""
    return (
        f"{engine} translated the recording itself, not the transcript: corrections of the transcript are "
        "not in it, and the times of its words are estimated."
    )


def inherited(source: Job) -> JobColumns:
    """Return the notice columns for a job that is made from another job's list."""
    found: JobColumns = {
        "speech_ms": source.speech_ms,
        "worded_ms": source.worded_ms,
        "unrecognized_ms": source.unrecognized_ms,
    }
    if source.speech_ms is not None and source.worded_ms is not None:
        covered = Coverage(
            speech_ms=source.speech_ms,
            worded_ms=source.worded_ms,
            unrecognized_ms=source.unrecognized_ms or 0,
        )
        found["notice"] = coverage_notice(covered) or None
    return found


def format_seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:,.1f} s"
