"""`job/request_upload_url`."""

from __future__ import annotations

import time

import pytest

from scribedock.demo.server import OwnServer
from scribedock.keys.keys import load_keys
from scribedock.settings import Settings
from scribedock.uploads.grant import verify
from tests.support.client import Client
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


def test_the_documented_call_returns_its_url(client: Client, job: str) -> None:
    """With the stray media_url of its example."""
    answer = client.http.get(
        f"/api/job/request_upload_url?v=1&api_token={client.token}&job_id={job}"
        "&media_url=http%3A%2F%2Fwww.domain.com%2Fvideo.mp4"
    )
    assert answer.status_code == 200
    assert set(answer.json()) == {"upload_url"}
    assert answer.json()["upload_url"].startswith(f"{client.server.base_url}/upload/")


def test_the_url_lives_for_twelve_hours(client: Client, server: OwnServer, url: str) -> None:
    keys = load_keys(Settings(data_dir=server.data_dir))
    grant = verify(url.rpartition("/")[2], keys.upload.all())
    assert grant.expires - time.time() == pytest.approx(43_200, abs=30)


def test_every_call_gives_another_url(client: Client, job: str) -> None:
    assert client.upload_url(job) != client.upload_url(job)
