"""`/api/review/recognized`: what was recognized in stretches, for whoever asked for it."""

from __future__ import annotations

import pytest

from tests.support.client import Client, error_of
from tests.support.stretches import asked_for, ended, stretches

OWN = {"kind": "correction"}


@pytest.fixture
def corrected(alice: Client, sentence: bytes) -> str:
    """Return a job with a recording of 3.5 seconds whose owner corrects it."""
    job = alice.new_job()
    alice.upload(job, sentence)
    alice.order(job)
    alice.finished(job)
    assert alice.post("review/take", job_id=job, **OWN).status_code == 200
    return job


def test_what_was_asked_for_is_listed_with_its_words_until_it_is_forgotten(
    alice: Client, corrected: str
) -> None:
    assert stretches(alice, corrected, **OWN) == []
    first = asked_for(alice, corrected, 0, 3500, **OWN)
    second = asked_for(alice, corrected, 1000, 2500, language="en", **OWN)
    whole = ended(alice, corrected, first, **OWN)
    part = ended(alice, corrected, second, **OWN)
    assert stretches(alice, corrected, **OWN) == [whole, part]
    assert (part["start"], part["end"]) == (1000, 2500)
    words = [each for segment in part["segments"] for each in segment["sequences"]]
    assert words and all(1000 <= each["start_time"] < each["end_time"] <= 2500 for each in words)
    assert all("speaker_id" not in segment for segment in part["segments"])
    assert len(whole["segments"][0]["sequences"]) > len(words)

    gone = alice.post("review/forget_recognized", job_id=corrected, task_id=first, **OWN)
    assert gone.status_code == 204
    assert stretches(alice, corrected, **OWN) == [part]
    again = alice.post("review/forget_recognized", job_id=corrected, task_id=first, **OWN)
    assert error_of(again) == (400, "ITEM_NOT_FOUND")
    assert alice.get("job/task_status", task_id=first).json()["TaskStatus"] == "COMPLETE"


def test_it_goes_with_the_pass(alice: Client, corrected: str) -> None:
    ended(alice, corrected, asked_for(alice, corrected, 0, 3500, **OWN), **OWN)
    assert alice.post("review/approve", job_id=corrected, **OWN).status_code == 200
    over = alice.get("review/recognized", job_id=corrected, **OWN)
    assert error_of(over) == (409, "INVALID_QUERY")
    alice.post("review/take", job_id=corrected, **OWN)
    assert stretches(alice, corrected, **OWN) == []
