"""Diarization, for a transcription that asks for it (`speaker_id`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from scribedock.speech.diarization.turns import Turn, with_speakers
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.workflow.steps.attempts import with_retries
from scribedock_captions.elementlist.model import ElementList

NUMBER_UNKNOWN_MESSAGE = (
    "The speakers were not identified: set expected_speakers (job/new, job/modify) to their number, "
    "or let people do it."
)
FAILED_MESSAGE = "The speakers could not be identified; let people do it."


class Diarization(TypedDict):
    turns: list[tuple[int, int, int]]  # start and end in ms, speaker
    problem: str | None  # why there are none


def diarize(
    pool: RecognizerPool,
    audio: Path,
    speech: Sequence[Span],
    people: int | None,
    check_wanted: Callable[[], None],
) -> Diarization:
    """Return the turns of `people` speakers; none where their number is neither known nor found out."""
    if people is None and not pool.counts_people:
        return {"turns": [], "problem": NUMBER_UNKNOWN_MESSAGE}
    try:
        found = with_retries(
            "diarization",
            lambda: pool.turns(audio, speech, people, check_wanted=check_wanted),
            check_wanted,
        )
    except RecognitionFailed:
        return {"turns": [], "problem": FAILED_MESSAGE}
    return {"turns": [(each.start_ms, each.end_ms, each.speaker) for each in found], "problem": None}


def turns_of(diarization: Diarization | None) -> list[Turn]:
    saved = diarization["turns"] if diarization else []
    return [Turn(start_ms=start, end_ms=end, speaker=speaker) for start, end, speaker in saved]


def with_diarization(elementlist: ElementList, diarization: Diarization | None) -> tuple[ElementList, str]:
    """Return the list with its speakers, and the notice about them for `info`.

    Without a diarization (None), nobody asked for speakers. Speakers that the list already has are better,
    and stay.
    """
    if diarization is None or elementlist.speakers:
        return elementlist, ""
    if diarization["problem"]:
        return elementlist, diarization["problem"]
    found = with_speakers(elementlist, turns_of(diarization))
    count = len(found.speakers)
    if not count:
        return found, ""
    people = "one speaker" if count == 1 else f"{count} speakers"
    return found, f"Diarization found {people}; check the names, and where speakers change."
