"""`upload/list`: what came to the upload URLs of a job."""

from __future__ import annotations

from tests.support.client import Client
from tests.support.fixtures import DATABASES
from tests.support.raw import put

RUNS_ON = DATABASES


def test_unused_urls_are_not_listed(client: Client) -> None:
    job = client.new_job()
    client.upload_url(job)
    assert client.get("upload/list", job_id=job).json() == {"Uploads": []}


def test_uploads_are_listed_oldest_first(client: Client) -> None:
    job = client.new_job()
    for body in (b"first", b"the second"):
        assert put(client.upload_url(job), body).status == 200
    listed = client.get("upload/list", job_id=job).json()["Uploads"]
    assert [each["BytesReceived"] for each in listed] == [5, 10]
    assert [each["Percent"] for each in listed] == [100, 100]
    assert len({each["TaskId"] for each in listed}) == 2
