"""Two servers that share a database, keys and a bucket, and no file."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from scribedock.demo.server import OwnServer
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.transfer import PART_BYTES
from tests.s3.stored import stored_bytes
from tests.support.client import Client
from tests.support.fixtures import QUICK, database_settings, postgresql  # noqa: F401
from tests.support.raw import RawConnection, target_of
from tests.support.resume.resuming import TUS, ask, offset, tus_patch
from tests.support.waiting import wait_until

pytestmark = pytest.mark.s3

PASSWORD = "one for both"


@dataclass(frozen=True, kw_only=True)
class Pair:
    first: OwnServer
    second: OwnServer


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Path, store_url: str) -> Iterator[Pair]:
    settings = {
        "storage_url": store_url,
        "upload_keys": f"k1:{base64.urlsafe_b64encode(os.urandom(32)).rstrip(b'=').decode()}",
        "encryption_key": Fernet.generate_key().decode(),
        **database_settings("postgresql", request),
        **QUICK,
    }
    first = OwnServer(tmp_path / "first", password=PASSWORD, **settings)
    with first, OwnServer(tmp_path / "second", password=PASSWORD, **settings) as second:
        yield Pair(first=first, second=second)


def test_an_upload_begun_at_one_server_is_finished_at_another(pair: Pair, speech: Path) -> None:
    recording = speech.read_bytes()
    half = len(recording) // 2
    client = Client(pair.first).login()
    job = client.new_job()
    url = client.upload_url(job)
    there = pair.second.base_url + target_of(url)
    assert ask("POST", url, TUS, f"Upload-Length: {len(recording)}").status == 201
    assert tus_patch(url, 0, recording[:half]).status == 204
    assert offset(there) == half
    assert tus_patch(there, half, recording[half:]).status == 204
    assert ask("HEAD", url).headers["upload-complete"] == "?1"
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"
    other = Client(pair.second).login()
    assert other.get("job/get_transcript", job_id=job).text.strip()


def test_an_upload_to_a_crashed_server_resumes_at_another(pair: Pair, bucket: Bucket) -> None:
    recording = os.urandom(2 * PART_BYTES)
    client = Client(pair.first).login()
    job = client.new_job()
    url = client.upload_url(job)
    there = pair.second.base_url + target_of(url)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[: PART_BYTES + 1000])
        wait_until(lambda: stored_bytes(bucket) >= PART_BYTES + 1000)
        pair.first.kill()
    deadline = time.monotonic() + 90
    while (answer := tus_patch(there, came := offset(there), recording[came:])).status == 423:
        assert time.monotonic() < deadline
        time.sleep(1)
    assert (answer.status, came) == (204, PART_BYTES + 1000)
    other = Client(pair.second).login()
    info = other.wait(job, lambda found: "FailureReason" in found, within_s=60)
    assert info["FailureReason"], "random bytes are no recording, and were looked at"
    assert hashlib.sha256(recording).digest() == _stored(bucket)


def _stored(bucket: Bucket) -> bytes:
    """Return the SHA-256 of the one recording, part by part as they lie there."""
    parts = sorted(bucket.list("parts"), key=lambda found: int(found.path.rpartition("/")[2][:15]))
    return hashlib.sha256(b"".join(bucket.get(part.path) for part in parts)).digest()
