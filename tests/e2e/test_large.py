"""Uploads much larger than the server's memory may grow.

LARGE_GIB is the size of a recording (default 2); so much disk is needed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.certificates import certificate
from tests.support.machine.processes import forget_peak, memory, peak_memory
from tests.support.raw import RawConnection, target_of
from tests.support.stored import stored

pytestmark = [pytest.mark.trials, pytest.mark.timeout(3600)]

MIB = 1024 * 1024
SIZE = int(float(os.environ.get("LARGE_GIB", "2")) * 1024) * MIB
TLS_SIZE = SIZE // 8
GROWTH = 32 * MIB
NOISE = random.Random(10).randbytes(MIB)

Send = Callable[[RawConnection, str, int], int]
"""Uploads a recording of this many bytes; returns the status of the last answer."""


def blocks(size: int, start: int = 0) -> Iterator[bytes]:
    """Provide a recording of `size` bytes, made up as it is needed; no two of its blocks are the same."""
    for number in range(start, size // MIB):
        yield number.to_bytes(8, "big") + NOISE[8:]


def put_with_a_length(connection: RawConnection, url: str, size: int) -> int:
    connection.head("PUT", target_of(url), f"Content-Length: {size}")
    for block in blocks(size):
        connection.send(block)
    return connection.answer().status


def put_chunked(connection: RawConnection, url: str, size: int) -> int:
    connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
    for block in blocks(size):
        connection.send(f"{len(block):x}\r\n", block, "\r\n")
    connection.send("0\r\n\r\n")
    return connection.answer().status


def put_half_and_go_on(connection: RawConnection, url: str, size: int) -> int:
    half = size // MIB // 2 * MIB
    connection.head(
        "PUT", target_of(url), "Upload-Complete: ?0", f"Upload-Length: {size}", f"Content-Length: {half}"
    )
    for block in blocks(half):
        connection.send(block)
    assert connection.answer().status == 201
    connection.head(
        "PATCH",
        target_of(url),
        "Content-Type: application/partial-upload",
        "Upload-Complete: ?1",
        f"Upload-Offset: {half}",
        f"Content-Length: {size - half}",
    )
    for block in blocks(size, half // MIB):
        connection.send(block)
    return connection.answer().status


def check_content(server: OwnServer, job: str, size: int) -> None:
    with stored(server) as store:
        key = store.media_key(job)
        assert key is not None
        with store.services.store.local(key) as path, path.open("rb") as file:
            assert path.stat().st_size == size
            for number, block in enumerate(blocks(size)):
                assert file.read(MIB) == block, f"block {number} is not what was sent"


@pytest.mark.parametrize("send", [put_with_a_length, put_chunked, put_half_and_go_on])
def test_memory_does_not_grow_with_the_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], send: Send
) -> None:
    with OwnServer(tmp_path) as server:
        measure(server, Client(server).login(), send, SIZE, capsys)


@pytest.mark.parametrize("send", [put_with_a_length, put_chunked])
def test_memory_does_not_grow_with_the_recording_over_tls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], send: Send
) -> None:
    chain, private = certificate(tmp_path)
    arguments = ("--tls-cert", str(chain), "--tls-key", str(private))
    with OwnServer(tmp_path / "server", arguments=arguments) as server:
        measure(server, Client(server, ca=chain).login(), send, TLS_SIZE, capsys, ca=chain)


def measure(
    server: OwnServer,
    client: Client,
    send: Send,
    size: int,
    capsys: pytest.CaptureFixture[str],
    ca: Path | None = None,
) -> None:
    assert server.process is not None
    pid = server.process.pid
    for _ in range(5):  # until all that is loaded once is loaded
        with RawConnection(client.upload_url(client.new_job()), ca=ca) as connection:
            assert send(connection, client.upload_url(client.new_job()), 4 * MIB) in (200, 201)
    job = client.new_job()
    url = client.upload_url(job)
    forget_peak(pid)
    before = memory(pid)
    with RawConnection(url, ca=ca, timeout_s=600) as connection:
        assert send(connection, url, size) == 200
    grown = peak_memory(pid) - before
    with capsys.disabled():
        print(f"\n{send.__name__}: {size / MIB:.0f} MiB, memory grew by {grown / MIB:.1f} MiB at the most")
    assert grown < GROWTH
    check_content(server, job, size)
    assert client.get("job/delete", job_id=job).status_code == 200
