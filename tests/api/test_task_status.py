"""`job/task_status`: for every TaskId that a call returns."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def status(client: Client, task: str) -> tuple[str, str]:
    found = client.get("job/task_status", task_id=task).json()
    assert set(found) == {"TaskType", "TaskStatus", "TaskInfo", "TaskRequestTime"}
    assert datetime.fromisoformat(found["TaskRequestTime"])
    return found["TaskType"], found["TaskStatus"]


def test_every_task_of_a_job_has_its_type_and_status(client: Client) -> None:
    opened = client.get("job/new").json()
    job = opened["JobId"]
    assert status(client, opened["TaskId"]) == ("JOB_CREATED", "COMPLETE")
    client.upload(job, b"no recording at all")
    order = client.order(job)
    client.finished(job)
    assert status(client, order) == ("JOB_PERFORM_TRANSCRIPTION", "FAILED")
    deleted = client.get("job/delete", job_id=job).json()["TaskId"]
    assert status(client, deleted) == ("JOB_DELETED", "COMPLETE")
    assert status(client, order) == ("JOB_PERFORM_TRANSCRIPTION", "FAILED"), "it answers for ever"


def test_a_failed_task_says_why(client: Client) -> None:
    job = client.new_job()
    client.upload(job, b"no recording at all")
    task = client.order(job)
    reason = client.finished(job)["FailureReason"]
    assert client.get("job/task_status", task_id=task).json()["TaskInfo"] == reason


@pytest.mark.parametrize(("task", "error"), [(None, "MISSING_PARAMETER"), ("0" * 32, "ITEM_NOT_FOUND")])
def test_an_unknown_task_is_refused(client: Client, task: str | None, error: str) -> None:
    assert error_of(client.get("job/task_status", task_id=task)) == (400, error)
