"""Resumable uploads, in all the ways of tests/api/test_resume.py, to a real S3 server."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.connect import connect
from scribedock.storage.cloud.transfer import PART_BYTES
from tests.api import test_resume
from tests.api.test_resume import *  # noqa: F403
from tests.api.test_resume import TUS, ask, offset, tus_patch
from tests.client import Client
from tests.fixtures import QUICK
from tests.raw import RawConnection, target_of
from tests.s3.conftest import place
from tests.s3.gateway import Gateway
from tests.s3.stored import digest, paths, stored_bytes, wait_until

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module")
def shared_place(running: Gateway | None) -> str:
    return place()


@pytest.fixture(scope="module")
def server(shared_place: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("server"), storage_url=shared_place, **QUICK) as started:
        yield started


@pytest.fixture(autouse=True)
def partials(shared_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket: Bucket = connect(shared_place)

    def names(_: Client) -> set[str]:
        return {found.path.split("/")[1] for found in bucket.list("partials")}

    monkeypatch.setattr(test_resume, "partials", names)


def test_what_came_is_there_after_a_kill(tmp_path: Path, bucket: Bucket, store_url: str) -> None:  # type: ignore[no-redef]
    content = os.urandom(3 * PART_BYTES)
    server = OwnServer(tmp_path, storage_url=store_url, **QUICK)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    path = target_of(client.upload_url(job))
    with RawConnection(server.base_url) as connection:
        connection.head("PUT", path, f"Content-Length: {len(content)}")
        connection.send(content[: 2 * PART_BYTES + 1000])
        # Two parts are sent as they fill; the beginning of the third is sent by the next sync.
        client.wait(job, lambda _: stored_bytes(bucket) >= 2 * PART_BYTES + 1000)
        server.kill()
    with server:
        upload_url = server.base_url + path
        assert offset(upload_url) == 2 * PART_BYTES + 1000
        assert tus_patch(upload_url, 2 * PART_BYTES + 1000, content[2 * PART_BYTES + 1000 :]).status == 204
        assert digest(server, store_url, job) == hashlib.sha256(content).hexdigest()
        assert len(paths(bucket, "parts")) == 3


def test_a_store_that_was_away_has_what_came_before(
    server: OwnServer, gateway: Gateway, shared_place: str
) -> None:
    """Nothing that was acknowledged is lost, and the same URL goes on once the store is back."""
    content = os.urandom(3 * PART_BYTES)
    client = Client(server).login()
    job = client.new_job()
    url = client.upload_url(job)
    assert ask("POST", url, TUS, f"Upload-Length: {len(content)}").status == 201
    assert tus_patch(url, 0, content[:PART_BYTES]).status == 204
    gateway.stop_front()
    try:
        answer = tus_patch(url, PART_BYTES, content[PART_BYTES:])
        assert answer.status == 503
        assert ask("HEAD", url).status == 503
    finally:
        gateway.start_front()
    came = offset(url)
    assert came == PART_BYTES
    assert tus_patch(url, came, content[came:]).status == 204
    assert digest(server, shared_place, job) == hashlib.sha256(content).hexdigest()


def test_a_store_that_fails_in_the_middle_of_a_body_keeps_the_beginning(
    server: OwnServer, gateway: Gateway, shared_place: str
) -> None:
    content = os.urandom(4 * PART_BYTES)
    client = Client(server).login()
    job = client.new_job()
    url = client.upload_url(job)
    before = stored_bytes(connect(shared_place))
    with RawConnection(url, timeout_s=120) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(content)}")
        connection.send(content[: 2 * PART_BYTES])
        wait_until(lambda: stored_bytes(connect(shared_place)) - before >= 2 * PART_BYTES)
        gateway.stop_front()
        try:
            connection.send(content[2 * PART_BYTES :])
            answer = connection.answer()
        finally:
            gateway.start_front()
    assert answer.status == 503
    came = offset(url)
    assert came == 2 * PART_BYTES
    assert tus_patch(url, came, content[came:]).status == 204
    assert digest(server, shared_place, job) == hashlib.sha256(content).hexdigest()
