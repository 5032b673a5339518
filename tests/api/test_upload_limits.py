"""What a body may be: how large, how slow, how late. Over raw sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import RawConnection, put, target_of

LIFETIME_S = 2
STALL_S = 1
LIMIT = 400_000


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Provide a server with an upload URL that lives two seconds, a small limit, and little patience."""
    settings = {
        "upload_lifetime_s": str(LIFETIME_S),
        "upload_max_bytes": str(LIMIT),
        "upload_stall_s": str(STALL_S),
    }
    with OwnServer(tmp_path_factory.mktemp("strict"), arguments=("--no-worker",), **settings) as started:
        yield started


@pytest.fixture
def strict(strict_server: OwnServer) -> Client:
    return Client(strict_server).login()


def test_an_expired_url_is_gone(strict: Client) -> None:
    url = strict.upload_url(strict.new_job())
    assert put(url, b"x").status == 200
    time.sleep(LIFETIME_S + 0.5)
    answer = put(url, b"x")
    assert answer.status == 410
    assert "expired at" in answer.error["ErrorComment"]
    assert "the server's time is" in answer.error["ErrorComment"]


def test_a_forged_url_is_refused_as_forged_even_if_expired(strict: Client) -> None:
    url = strict.upload_url(strict.new_job())
    time.sleep(LIFETIME_S + 0.5)
    assert put(url, b"x", target=target_of(url) + "x").status == 403


def test_a_length_above_the_limit_is_refused_before_the_body(strict: Client) -> None:
    url = strict.upload_url(strict.new_job())
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {LIMIT + 1}")
        answer = connection.answer()
    assert answer.status == 413
    assert str(LIMIT) in answer.error["ErrorComment"]


def test_chunks_above_the_limit_are_refused_while_they_arrive(strict: Client) -> None:
    url = strict.upload_url(strict.new_job())
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{LIMIT + 1:x}\r\n", bytes(LIMIT + 1))
        assert connection.answer().status == 413


def test_a_recording_that_stalls_is_given_up(strict: Client) -> None:
    job = strict.new_job()
    url = strict.upload_url(job)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Content-Length: 9000")
        connection.send(bytes(1000))
        began = time.monotonic()
        assert connection.answer().status == 408
        assert time.monotonic() - began < STALL_S + 5
        assert connection.is_closed()
    assert "JOB_ADD_MEDIA" not in [task["TaskType"] for task in strict.info(job)["Tasks"]]


@pytest.mark.parametrize("call", ["job/info", "job/add_media", "job/add_transcript"])
def test_the_body_of_any_call_that_stalls_is_given_up(strict: Client, call: str) -> None:
    query = urlencode({"v": 1, "api_token": strict.token, "job_id": strict.new_job()})
    with RawConnection(strict.server.base_url) as connection:
        connection.head(
            "POST",
            f"/api/{call}?{query}",
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Length: 9000",
        )
        connection.send(bytes(100))
        answer = connection.answer()
    assert answer.status == 408
    assert answer.error["ErrorType"] == "INVALID_QUERY"
    assert "No byte came for 1 seconds; send the" in answer.error["ErrorComment"]
