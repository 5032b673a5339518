"""`upload/cancel`: every upload URL of a job is dead at once."""

from __future__ import annotations

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.raw import put

RUNS_ON = DATABASES


def test_earlier_urls_are_gone_and_later_ones_work(client: Client) -> None:
    job = client.new_job()
    before = [client.upload_url(job) for _ in range(2)]
    assert client.get("upload/cancel", job_id=job).status_code == 204
    assert [put(url, b"x").status for url in before] == [410, 410]
    assert put(client.upload_url(job), b"x").status == 200


def test_a_completed_upload_stays(client: Client) -> None:
    job = client.new_job()
    client.upload(job, b"whole")
    assert client.get("upload/cancel", job_id=job).status_code == 204
    assert client.get("upload/list", job_id=job).json()["Uploads"][0]["BytesReceived"] == 5
    assert client.order(job)


def test_the_job_must_exist(client: Client) -> None:
    assert error_of(client.get("upload/cancel")) == (400, "MISSING_PARAMETER")
    assert error_of(client.get("upload/cancel", job_id="0" * 32)) == (400, "ITEM_NOT_FOUND")
