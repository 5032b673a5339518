"""A server whose recordings are stored on a real S3 server."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import httpx2
import pytest

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.transfer import PART_BYTES
from tests.s3.gateway import Gateway
from tests.s3.stored import digest, paths, stored_bytes
from tests.support.client import Client
from tests.support.raw import RawConnection, put, target_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.s3

QUICK = {"workflow_poll_s": "0.1"}


@pytest.fixture
def server(store_url: str, tmp_path: Path) -> OwnServer:
    return OwnServer(tmp_path, storage_url=store_url, **QUICK)


def test_the_main_job(server: OwnServer, speech: Path, bucket: Bucket) -> None:
    with server:
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, speech)
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
        assert client.get("job/get_transcript", job_id=job).text.strip()
        assert len(paths(bucket, "objects")) == 1
        assert paths(bucket, "partials") == []
        assert list((server.data_dir / "work").iterdir()) == []
        assert httpx2.get(f"{server.base_url}/readyz", trust_env=False).status_code == 200
        client.get("job/delete", job_id=job)
        assert paths(bucket) == []


def test_a_recording_of_many_parts_arrives_whole(server: OwnServer, bucket: Bucket, store_url: str) -> None:
    recording = os.urandom(5 * PART_BYTES + 12_345)
    with server:
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, recording)
        assert len(paths(bucket, "parts")) == 6
        assert digest(server, store_url, job) == hashlib.sha256(recording).hexdigest()


def test_the_last_upload_is_the_media_and_the_one_before_is_gone(
    server: OwnServer, bucket: Bucket, store_url: str
) -> None:
    with server:
        client = Client(server).login()
        job = client.new_job()
        for recording in (b"first", b"second"):
            client.upload(job, recording)
        assert digest(server, store_url, job) == hashlib.sha256(b"second").hexdigest()
        assert len(paths(bucket)) == 2


def test_leftovers_of_a_killed_server_are_swept(server: OwnServer, bucket: Bucket, store_url: str) -> None:
    server.start()
    client = Client(server).login()
    upload_url = client.upload_url(client.new_job())
    with RawConnection(upload_url) as connection:
        connection.head("PUT", target_of(upload_url), f"Content-Length: {10 * PART_BYTES}")
        connection.send(os.urandom(3 * PART_BYTES))
        wait_until(lambda: stored_bytes(bucket) >= 2 * PART_BYTES)
        server.kill()
    assert paths(bucket, "objects") == []
    services = app.build_services(Settings(data_dir=server.data_dir, storage_url=store_url))
    services.store.sweep(objects=services.media.stored_keys(), partials=frozenset(), older_than_s=-5)
    services.close()
    assert paths(bucket) == []


def test_a_store_that_goes_away_is_reported_and_nothing_is_left_incomplete_or_fails(
    server: OwnServer, bucket: Bucket, gateway: Gateway, quiet: Path
) -> None:
    with server:
        client = Client(server).login()
        ordered = client.new_job()
        client.upload(ordered, quiet)
        job = client.new_job()
        upload_url = client.upload_url(job)
        with RawConnection(upload_url, timeout_s=90) as connection:
            connection.head("PUT", target_of(upload_url), f"Content-Length: {4 * PART_BYTES}")
            connection.send(os.urandom(2 * PART_BYTES))
            wait_until(lambda: stored_bytes(bucket) >= 2 * PART_BYTES)
            gateway.stop_front()
            try:
                client.order(ordered)
                connection.send(os.urandom(2 * PART_BYTES))
                answer = connection.answer()
                assert answer.status == 503
                assert answer.error["ErrorType"] == "SYSTEM_ERROR"
                assert "try again later" in answer.error["ErrorComment"]
                assert httpx2.get(f"{server.base_url}/readyz", trust_env=False, timeout=60).status_code == 503
                assert put(client.upload_url(job), b"some bytes").status == 503
                wait_until(lambda: "waits for the end of an outage" in server.log_path.read_text(), 120)
            finally:
                gateway.start_front()
        assert client.finished(ordered)["JobStatus"] == "Complete"
        assert len(paths(bucket, "objects")) == 1
        assert put(upload_url, b"some bytes").status == 200
        assert len(paths(bucket, "objects")) == 2


def test_wrong_credentials_are_a_fault_of_ours_and_never_shown(
    running: Gateway | None, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not the secret at all")
    with OwnServer(tmp_path, storage_url=store_url, **QUICK) as server:
        client = Client(server).login()
        answer = put(client.upload_url(client.new_job()), b"some bytes")
        assert answer.status == 503
        assert answer.error["ErrorType"] == "SYSTEM_ERROR"
        ready = httpx2.get(f"{server.base_url}/readyz", trust_env=False)
        assert (ready.status_code, ready.json()["problems"].keys()) == (503, {"storage"})
    log = server.log_path.read_text()
    assert "not the secret at all" not in log
    assert os.environ["AWS_ACCESS_KEY_ID"] not in log
