"""Several requests on one connection, pipelined or not, and endless heads."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import RawConnection, target_of
from tests.support.stored import stored

HEADER_TIMEOUT_S = 2
LIMIT = 32_768
BODIES = {
    "plain": b"x" * 1_000_000,
    "like requests": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 30_000,
    "like uploads": b"PUT /upload/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n" * 20_000,
}


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("hasty")
    with OwnServer(folder, arguments=("--no-worker",), header_timeout_s=str(HEADER_TIMEOUT_S)) as started:
        yield started


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_body_sent_early_is_never_parsed_as_requests(client: Client, body: bytes) -> None:
    job = client.new_job()
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("GET", "/readyz")
        connection.head("PUT", target_of(url), f"Content-Length: {len(body)}")
        connection.send(body)
        connection.head("GET", "/readyz")
        answers = [connection.answer() for _ in range(3)]
        connection.head("GET", "/nowhere")
        answers.append(connection.answer())
    assert [answer.status for answer in answers] == [200, 200, 200, 404]
    assert [b"ready" in answer.body for answer in answers] == [True, False, True, False]
    with stored(client.server) as store:
        assert store.recording(job) == body


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_chunked_body_sent_early_is_never_parsed_as_requests(client: Client, body: bytes) -> None:
    job = client.new_job()
    url = client.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("GET", "/readyz")
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        for start in range(0, len(body), 100_000):
            part = body[start : start + 100_000]
            connection.send(f"{len(part):x}\r\n", part, "\r\n")
        connection.send("0\r\n\r\n")
        assert [connection.answer().status for _ in range(2)] == [200, 200]
    with stored(client.server) as store:
        assert store.recording(job) == body


def test_uploads_follow_each_other_on_one_connection(client: Client) -> None:
    jobs = [client.new_job() for _ in range(3)]
    urls = [client.upload_url(job) for job in jobs]
    with RawConnection(client.server.base_url) as connection:
        for number, url in enumerate(urls):
            body = bytes([number]) * 300_000
            connection.head("PUT", target_of(url), f"Content-Length: {len(body)}")
            connection.send(body)
        assert [connection.answer().status for _ in urls] == [200] * 3
    with stored(client.server) as store:
        assert [store.recording(job)[:1] for job in jobs] == [b"\0", b"\1", b"\2"]


BEGINNINGS = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "empty lines": b"\r\n\r\n\r\n",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: ",
    "half a head behind empty lines": b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: ",
    "half the head of an upload": b"PUT /upload/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5",
}
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_an_endless_head_is_closed(hasty_server: OwnServer, beginning: bytes) -> None:
    with RawConnection(hasty_server.base_url) as connection:
        connection.send(beginning)
        began = time.monotonic()
        assert connection.is_closed()
        assert time.monotonic() - began > HEADER_TIMEOUT_S / 2


@pytest.mark.parametrize("beginning", list(BEGINNINGS.values())[3:], ids=list(BEGINNINGS)[3:])
def test_an_endless_head_after_a_complete_one_is_closed(hasty_server: OwnServer, beginning: bytes) -> None:
    with RawConnection(hasty_server.base_url) as connection:
        connection.send(WHOLE + beginning)
        assert connection.answer().status == 200
        assert connection.is_closed()


def test_a_head_in_small_pieces_is_assembled(hasty_server: OwnServer) -> None:
    with RawConnection(hasty_server.base_url) as connection:
        for sent in (b"\r\n", WHOLE, WHOLE + b"\r\n" + WHOLE[:10], WHOLE[10:]):
            for place in range(0, len(sent), 7):
                connection.send(sent[place : place + 7])
        assert [connection.answer().status for _ in range(3)] == [200] * 3


def test_a_head_that_is_too_large_is_refused_even_after_a_complete_one(hasty_server: OwnServer) -> None:
    with RawConnection(hasty_server.base_url) as connection:
        connection.send(WHOLE + b"GET /healthz HTTP/1.1\r\nX-Large: ")
        assert connection.answer().status == 200
        connection.send(b"a" * (LIMIT + 1))
        answer = connection.answer()
        assert answer.status == 431
        assert str(LIMIT) in answer.error["ErrorComment"]
        assert connection.is_closed()
