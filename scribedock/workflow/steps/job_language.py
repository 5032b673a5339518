"""The language of a job: identified where none is given, and checked where one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scribedock.jobs.languages import AUTO, ISO_CODES, SOURCE_LANGUAGES, iso_code, listed_language
from scribedock.speech.language_id import contradicting_language, few_samples, likeliest_language, samples
from scribedock.speech.pool.batches import joined_spans
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.span import Span
from scribedock.workflow.steps.attempts import with_retries

PAUSE_MS = 1500
DEFAULT_LANGUAGE = "en"  # for a recording without speech
LISTED_LANGUAGES = {iso_code(code) for code in SOURCE_LANGUAGES} | set(ISO_CODES.values())


@dataclass(frozen=True, kw_only=True)
class JobLanguage:
    language: str  # in the catalogue's spelling
    notice: str | None = None  # for `info`


def identify_language(
    pool: RecognizerPool,
    audio: Path,
    speech: Sequence[Span],
    given: str,
    check_wanted: Callable[[], None] = always,
) -> JobLanguage:
    """Return the language to recognize in. given is the job's, in the catalogue's spelling, or AUTO.

    A given language is never replaced; where another one is surely spoken, the notice says so.
    """
    spans = joined_spans(speech, pause_ms=PAUSE_MS)
    examined = samples(spans) if given == AUTO else few_samples(spans)
    probabilities = _probabilities(pool, audio, examined, check_wanted) if pool.detects and examined else {}
    if given != AUTO:
        other = contradicting_language(probabilities, iso_code(given)) if probabilities else None
        if other is None:
            return JobLanguage(language=given)
        found = listed_language(other) or other
        return JobLanguage(
            language=given,
            notice=f"The job's language is {given}, but the recording sounds like {found} "
            f"({probabilities[other]:.0%} sure).",
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
