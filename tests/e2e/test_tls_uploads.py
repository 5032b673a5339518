"""Uploads over TLS, byte by byte: the event loop decrypts what the receiver stores."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.certificates import certificate
from tests.support.raw import RawConnection, target_of
from tests.support.stored import stored

RECORDING = os.urandom(6_000_000)  # more than may wait to be stored
STALL_S = 2


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def secure(ca: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    chain, key = ca
    arguments = ("--no-worker", "--tls-cert", str(chain), "--tls-key", str(key))
    folder = tmp_path_factory.mktemp("secure")
    with OwnServer(folder, arguments=arguments, upload_stall_s=str(STALL_S)) as started:
        yield started


@pytest.fixture(scope="module")
def client(secure: OwnServer, ca: tuple[Path, Path]) -> Client:
    return Client(secure, ca=ca[0]).login()


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


@pytest.fixture
def connection(url: str, ca: tuple[Path, Path]) -> Iterator[RawConnection]:
    with RawConnection(url, ca=ca[0]) as opened:
        yield opened


def assert_stored(client: Client, job: str, content: bytes) -> None:
    with stored(client.server) as store:
        assert store.recording(job) == content


def test_a_recording_arrives_completely_and_the_connection_stays_open(
    client: Client, job: str, url: str, connection: RawConnection
) -> None:
    for content in (RECORDING, RECORDING[:5], RECORDING[::-1]):
        connection.head("PUT", target_of(url), f"Content-Length: {len(content)}")
        connection.send(content)
        assert connection.answer().status == 200
        assert_stored(client, job, content)
    connection.head("GET", "/healthz")
    assert connection.answer().status == 200


def test_a_chunked_recording_arrives_completely(
    client: Client, job: str, url: str, connection: RawConnection
) -> None:
    connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
    for start in range(0, len(RECORDING), 700_001):
        part = RECORDING[start : start + 700_001]
        connection.send(f"{len(part):x}\r\n", part, "\r\n")
    connection.send("0\r\n\r\n")
    assert connection.answer().status == 200
    assert_stored(client, job, RECORDING)


def test_head_and_body_may_come_in_one_piece(
    client: Client, job: str, url: str, connection: RawConnection
) -> None:
    head = f"PUT {target_of(url)} HTTP/1.1\r\nHost: {connection.host}\r\nContent-Length: 1000\r\n\r\n"
    connection.send(head.encode() + RECORDING[:1000])
    assert connection.answer().status == 200
    assert_stored(client, job, RECORDING[:1000])


def test_a_client_that_expects_100_continue_gets_it(
    client: Client, job: str, url: str, connection: RawConnection
) -> None:
    connection.head("PUT", target_of(url), "Content-Length: 1000", "Expect: 100-continue")
    assert connection.answer().status == 100
    connection.send(RECORDING[:1000])
    assert connection.answer().status == 200
    assert_stored(client, job, RECORDING[:1000])


def test_a_client_that_keeps_sending_reads_why_it_is_refused(
    client: Client, job: str, ca: tuple[Path, Path]
) -> None:
    url = client.get("job/request_upload_url", job_id=job, max_bytes="500000").json()["upload_url"]
    with RawConnection(url, ca=ca[0]) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{len(RECORDING):x}\r\n", RECORDING, "\r\n0\r\n\r\n")
        answer = connection.answer()
        assert answer.status == 413
        assert "500000" in answer.error["ErrorComment"]
        assert answer.headers["connection"] == "close"
        assert connection.is_closed()


def test_a_forged_url_is_refused(url: str, connection: RawConnection) -> None:
    connection.head("PUT", target_of(url) + "x", f"Content-Length: {len(RECORDING)}")
    connection.send(RECORDING)
    assert connection.answer().status == 403


def test_an_interrupted_upload_is_resumed(client: Client, job: str, url: str, ca: tuple[Path, Path]) -> None:
    with RawConnection(url, ca=ca[0]) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(RECORDING)}")
        connection.send(RECORDING[:2_500_000])
        client.wait(job, lambda _: client.http.head(url).headers["upload-offset"] == "2500000")
    rest = RECORDING[2_500_000:]
    headers = {
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": "2500000",
    }
    while (answer := client.http.patch(url, content=rest, headers=headers)).status_code == 423:
        time.sleep(0.1)  # until the server knows that the connection is lost
    assert answer.status_code == 204
    assert_stored(client, job, RECORDING)


def test_a_stalled_body_is_closed_and_its_bytes_are_kept(
    client: Client, url: str, connection: RawConnection
) -> None:
    connection.head("PUT", target_of(url), f"Content-Length: {len(RECORDING)}")
    connection.send(RECORDING[:7000])
    assert connection.answer().status == 408
    assert client.http.head(url).headers["upload-offset"] == "7000"


def test_pipelined_bytes_are_answered_or_the_connection_is_closed(
    client: Client, job: str, url: str, connection: RawConnection
) -> None:
    """Never taken for a part of the recording, and never left without an answer."""
    connection.head("PUT", target_of(url), f"Content-Length: {len(RECORDING)}")
    connection.send(RECORDING + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    uploaded = connection.answer()
    assert uploaded.status == 200
    if uploaded.headers["connection"] == "close":
        assert connection.is_closed()
    else:
        assert connection.answer().status == 200
    assert_stored(client, job, RECORDING)
