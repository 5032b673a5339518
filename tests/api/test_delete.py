"""`job/delete` and its alias `job/del`."""

from __future__ import annotations

import pytest

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


@pytest.mark.parametrize("path", ["job/delete", "job/del"])
def test_a_deleted_job_is_gone_but_its_task_is_not(client: Client, path: str) -> None:
    job_id = client.new_job()
    url = client.upload_url(job_id)
    task_id = client.post(path, job_id=job_id).json()["TaskId"]
    assert error_of(client.get("job/info", job_id=job_id)) == (400, "ITEM_NOT_FOUND")
    assert error_of(client.get(path, job_id=job_id)) == (400, "ITEM_NOT_FOUND")
    status = client.get("job/task_status", task_id=task_id).json()
    assert (status["TaskType"], status["TaskStatus"]) == ("JOB_DELETED", "COMPLETE")
    assert client.http.put(url, content=b"x").status_code == 410
