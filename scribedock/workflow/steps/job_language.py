"""The language of a job: identified where none is given, and checked where one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scribedock.jobs.languages import AUTO, ISO_CODES, SOURCE_LANGUAGES, iso_code, listed_language
from scribedock.speech.language_id import (
    MIN_LANGUAGE_PROBABILITY,
    MIN_PROBABILITY_UNGIVEN,
    contradicting_language,
    few_samples,
    likeliest_language,
    samples,
)
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.span import Span
from scribedock.workflow.steps.attempts import with_retries

DEFAULT_LANGUAGE = "en"  # for a recording without speech
LISTED_LANGUAGES = {iso_code(code) for code in SOURCE_LANGUAGES} | set(ISO_CODES.values())


@dataclass(frozen=True, kw_only=True)
class JobLanguage:
    language: str  # in the catalogue's spelling
    notice: str | None = None  # for `info`


def identify_language(
    pool: RecognizerPool,
    audio: Path,
    chunks: Sequence[Span],
    assumed: str,
    *,
    given: bool = True,
    check_wanted: Callable[[], None] = always,
) -> JobLanguage:
    """Return the language to recognize in.

    chunks are those that will be recognized. assumed is the job's language, in the catalogue's spelling, or
    AUTO. One that the client has given is never replaced, and the notice says where another one is surely
    spoken; in place of one that was not given, the one that is surely spoken is taken.
    """
    examined = samples(chunks) if assumed == AUTO else few_samples(chunks)
    probabilities = _probabilities(pool, audio, examined, check_wanted) if pool.detects and examined else {}
    if assumed != AUTO:
        least = MIN_LANGUAGE_PROBABILITY if given else MIN_PROBABILITY_UNGIVEN
        other = contradicting_language(probabilities, iso_code(assumed), least) if probabilities else None
        if other is None:
            return JobLanguage(language=assumed)
        listed = listed_language(other)
        sure = f"{probabilities[other]:.0%} sure"
        if listed is not None and not given:
            return JobLanguage(
                language=listed,
                notice=f"No language was given; the recording sounds like {listed} ({sure}), in which it was "
                "transcribed.",
            )
        return JobLanguage(
            language=assumed,
            notice=f"The job's language is {assumed}, but the recording sounds like {listed or other} "
            f"({sure}).",
        )
    code = likeliest_language(probabilities, LISTED_LANGUAGES)
    if code is None:
        return JobLanguage(
            language=DEFAULT_LANGUAGE, notice=f"No language was identified; {DEFAULT_LANGUAGE} is assumed."
        )
    language = listed_language(code) or DEFAULT_LANGUAGE
    return JobLanguage(
        language=language, notice=f"The language was identified: {language} ({probabilities[code]:.0%} sure)."
    )


def _probabilities(
    pool: RecognizerPool, audio: Path, examined: Sequence[Span], check_wanted: Callable[[], None]
) -> dict[str, float]:
    try:
        return with_retries(
            "detecting the language",
            lambda: pool.detect_language(audio, examined, check_wanted=check_wanted),
            check_wanted,
        )
    except RecognitionFailed:
        return {}
