from __future__ import annotations

from dataclasses import replace

import pytest

from scribedock.jobs.job import Difficulty
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span
from scribedock.workflow.steps.difficulty import Evidence, gather_evidence, judge_difficulty

CLEAN = Evidence(speech_ms=60_000, worded_ms=52_000, failed_ms=0, confidence=None, signal_to_noise_db=40.0)
SURE = replace(CLEAN, confidence=0.92)


@pytest.mark.parametrize(
    ("evidence", "difficulty"),
    [
        (CLEAN, Difficulty.GOOD),
        (replace(CLEAN, signal_to_noise_db=25.0), Difficulty.UNKNOWN),
        (replace(CLEAN, signal_to_noise_db=20.0), Difficulty.BAD),
        (replace(CLEAN, worded_ms=45_000), Difficulty.UNKNOWN),
        (replace(CLEAN, worded_ms=40_000), Difficulty.BAD),
        (replace(CLEAN, failed_ms=2_000), Difficulty.GOOD),
        (replace(CLEAN, failed_ms=4_000), Difficulty.BAD),
        (replace(CLEAN, signal_to_noise_db=None), Difficulty.UNKNOWN),
        (replace(CLEAN, speech_ms=0, worded_ms=0), Difficulty.UNKNOWN),
        (SURE, Difficulty.GOOD),
        (replace(SURE, confidence=0.7), Difficulty.UNKNOWN),
        (replace(SURE, confidence=0.5), Difficulty.BAD),
        (replace(SURE, worded_ms=12_000), Difficulty.BAD),
    ],
)
def test_one_bad_sign_is_bad_and_all_good_signs_are_good(evidence: Evidence, difficulty: Difficulty) -> None:
    assert judge_difficulty(evidence) is difficulty


def test_a_confident_engine_is_believed_despite_noise() -> None:
    assert judge_difficulty(replace(SURE, signal_to_noise_db=5.0)) is Difficulty.GOOD


def word(start_ms: int, end_ms: int, confidence: float | None) -> TimedWord:
    return TimedWord(text="x", start_ms=start_ms, end_ms=end_ms, confidence=confidence)


def test_the_evidence_is_gathered_from_the_words() -> None:
    chunks = [
        (Span(start_ms=0, end_ms=1000), [word(0, 300, 0.5), word(400, 500, 0.9)]),
        (Span(start_ms=2000, end_ms=2500), None),
        (Span(start_ms=3000, end_ms=3500), []),
    ]
    speech = [Span(start_ms=0, end_ms=900), Span(start_ms=2000, end_ms=2500)]
    assert gather_evidence(chunks, speech, 30.0) == Evidence(
        speech_ms=1400,
        worded_ms=400,
        failed_ms=500,
        confidence=pytest.approx(0.6),  # long words count more
        signal_to_noise_db=30.0,
    )


def test_words_without_confidence_have_none() -> None:
    span = Span(start_ms=0, end_ms=10)
    assert gather_evidence([(span, [word(0, 10, None)])], [span], None).confidence is None
