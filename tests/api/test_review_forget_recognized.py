"""`/api/review/forget_recognized`: what was recognized goes, and what is under way stops."""

from __future__ import annotations

from tests.support.client import Client, error_of
from tests.support.stretches import asked_for, stretches
from tests.support.waiting import wait_until

OWN = {"kind": "correction"}


def test_a_stretch_that_is_under_way_is_stopped(alice: Client, sentence: bytes) -> None:
    job = alice.new_job()
    alice.upload(job, sentence)
    alice.order(job)
    alice.finished(job)
    alice.post("review/take", job_id=job, **OWN)
    task = asked_for(alice, job, 0, 3500, **OWN)
    assert alice.post("review/forget_recognized", job_id=job, task_id=task, **OWN).status_code == 204
    assert stretches(alice, job, **OWN) == []
    wait_until(lambda: _status(alice, task) in ("ABORTED", "COMPLETE"))
    assert error_of(alice.post("review/forget_recognized", job_id=job, task_id=task, **OWN)) == (
        400,
        "ITEM_NOT_FOUND",
    )
    assert error_of(alice.post("review/forget_recognized", job_id=job, **OWN)) == (400, "MISSING_PARAMETER")


def _status(client: Client, task: str) -> str:
    return str(client.get("job/task_status", task_id=task).json()["TaskStatus"])
