"""Helpers for tests of resumed uploads, over raw sockets."""

from __future__ import annotations

import time

import pytest

from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, target_of

TUS = "Tus-Resumable: 1.0.0"
TUS_BYTES = "Content-Type: application/offset+octet-stream"
IETF = "Upload-Draft-Interop-Version: 8"
IETF_BYTES = "Content-Type: application/partial-upload"
RECORDING_S = 6


def ask(method: str, url: str, *headers: str, body: bytes = b"") -> Answer:
    with RawConnection(url) as connection:
        length = () if method == "HEAD" else (f"Content-Length: {len(body)}",)
        connection.head(method, target_of(url), *length, *headers)
        connection.send(body)
        while (answer := connection.answer(to_head=method == "HEAD")).status < 200:
            continue
        return answer


def tus_patch(url: str, offset: int, body: bytes, *headers: str) -> Answer:
    return ask("PATCH", url, TUS, TUS_BYTES, f"Upload-Offset: {offset}", *headers, body=body)


def ietf_patch(url: str, offset: int, body: bytes, *headers: str, complete: bool) -> Answer:
    completes = f"Upload-Complete: ?{int(complete)}"
    return ask("PATCH", url, IETF, IETF_BYTES, completes, f"Upload-Offset: {offset}", *headers, body=body)


def break_off(url: str, recording: bytes, sent: int) -> None:
    """Send a plain PUT whose connection is lost after `sent` bytes."""
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(recording)}")
        connection.send(recording[:sent])
        time.sleep(0.2)
    wait_for_offset(url, sent)


def offset(url: str, *headers: str) -> int:
    return int(ask("HEAD", url, *headers).headers["upload-offset"])


def wait_for_offset(url: str, expected: int) -> None:
    deadline = time.monotonic() + 10
    while offset(url) != expected:
        assert time.monotonic() < deadline, f"{offset(url)} bytes came, not {expected}"
        time.sleep(0.05)


def assert_is_media(client: Client, job: str) -> None:
    info = client.wait(job, lambda found: "MediaLengthSeconds" in found)
    assert info["MediaLengthSeconds"] == pytest.approx(RECORDING_S, abs=0.01)


def partials(client: Client) -> set[str]:
    """Return what the store keeps of interrupted uploads, including other tests'."""
    return {path.name for path in (client.server.data_dir / "media" / "partials").iterdir()}


def task_info(client: Client, job: str) -> str:
    """Return what the task of the job's only upload says."""
    (upload,) = uploads(client, job)
    return str(client.get("job/task_status", task_id=upload["TaskId"]).json()["TaskInfo"])


def uploads(client: Client, job: str) -> list[dict[str, object]]:
    return list(client.get("upload/list", job_id=job).json()["Uploads"])
