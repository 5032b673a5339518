"""The pre-signed upload URL, over raw sockets."""

from __future__ import annotations

import concurrent.futures
import socket
import string
import time
from pathlib import Path

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES, SPEECH_S
from tests.support.media.sound import spoken
from tests.support.raw import Answer, RawConnection, put, target_of

RUNS_ON = DATABASES


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("long") / "long.wav", seconds=6).read_bytes()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("short") / "short.wav", seconds=3).read_bytes()


def length_of(client: Client, job: str) -> float:
    """Return the seconds that the probe finds."""
    info = client.wait(job, lambda found: "MediaLengthSeconds" in found)
    return float(info["MediaLengthSeconds"])


def has_media(client: Client, job: str) -> bool:
    tasks = [task["TaskType"] for task in client.info(job)["Tasks"]]
    return "JOB_ADD_MEDIA" in tasks


def test_a_put_becomes_the_media(client: Client, job: str, url: str, short: bytes) -> None:
    answer = put(url, short)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "etag" in answer.headers["access-control-expose-headers"].lower()
    assert length_of(client, job) == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Type: audio/wav",),
        ("Content-Type: application/x-www-form-urlencoded",),
        ("Content-Type: application/json",),
        ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"),
        ("X-Unknown: whatever", "Cookie: a=b", "Referer: http://example.com/"),
    ],
)
def test_unknown_headers_are_ignored(
    client: Client, job: str, url: str, short: bytes, headers: tuple[str]
) -> None:
    assert put(url, short, *headers).status == 200
    assert length_of(client, job) == pytest.approx(3, abs=0.01)


def test_http_1_0_is_accepted(client: Client, job: str, url: str, short: bytes) -> None:
    assert put(url, short, version="1.0").status == 200
    assert length_of(client, job) == pytest.approx(3, abs=0.01)


def test_a_chunked_body_is_accepted(client: Client, job: str, url: str, short: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        for start in range(0, len(short), 30_011):
            part = short[start : start + 30_011]
            connection.send(f"{len(part):x};note=1\r\n", part, "\r\n")
        connection.send("0\r\nTrailer: x\r\n\r\n")
        assert connection.answer().status == 200
    assert length_of(client, job) == pytest.approx(3, abs=0.01)


def test_a_client_that_expects_100_continue_gets_it(url: str, short: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(short)}", "Expect: 100-continue")
        assert connection.answer().status == 100
        connection.send(short)
        assert connection.answer().status == 200


def test_a_client_that_asks_first_is_refused_before_it_sends(url: str) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url) + "x", "Content-Length: 9000", "Expect: 100-continue")
        assert connection.answer().status == 403


def test_the_connection_can_be_used_again(client: Client, url: str, short: bytes) -> None:
    with RawConnection(url) as connection:
        for _ in range(2):
            connection.head("PUT", target_of(url), f"Content-Length: {len(short)}")
            connection.send(short)
            assert connection.answer().status == 200
        connection.head("GET", "/healthz")
        assert connection.answer().status == 200


def test_pipelined_requests_are_answered_in_order(client: Client, url: str, short: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("GET", "/healthz")
        connection.head("PUT", target_of(url), f"Content-Length: {len(short)}")
        connection.send(short)
        connection.head("GET", "/healthz")
        answers = [connection.answer() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert "etag" in answers[1].headers


def test_another_upload_replaces_the_media(
    client: Client, job: str, url: str, short: bytes, long: bytes
) -> None:
    put(url, short)
    assert length_of(client, job) == pytest.approx(3, abs=0.01)
    assert put(client.upload_url(job), long).status == 200
    client.wait(job, lambda info: info.get("MediaLengthSeconds") == pytest.approx(6, abs=0.01))


def test_each_character_of_the_url_counts(client: Client, url: str, short: bytes) -> None:
    target = target_of(url)
    letters = string.ascii_letters + string.digits + "-_"
    start = len("/upload/")
    for place in range(start, len(target)):
        other = letters[(letters.index(target[place]) + 1) % len(letters)]
        forged = target[:place] + other + target[place + 1 :]
        answer = put(url, b"x", target=forged)
        assert answer.status == 403, forged
        assert "letter by letter" in answer.error["ErrorComment"]


@pytest.mark.parametrize(
    "change",
    [
        lambda target: target + "=",
        lambda target: target + "/",
        lambda target: target + "?",
        lambda target: target + "?a=b",
        lambda target: target + "%20",
        lambda target: target + "\xe9",
        lambda target: target[:-1],
        lambda target: target + "AAAA",
        lambda target: target[:-1] + f"%{ord(target[-1]):02X}",
        lambda target: target.replace("/upload/", "/upload//"),
        lambda target: "/upload/",
        lambda target: "/upload/" + "A" * 3000,
    ],
)
def test_every_other_spelling_of_the_url_is_forged(url: str, change: object) -> None:
    answer = put(url, b"x", target=change(target_of(url)))  # type: ignore[operator]
    assert answer.status == 403, answer


def test_a_refusal_says_nothing_secret(url: str) -> None:
    token = target_of(url).rpartition("/")[2]
    answer = put(url, b"x", "Authorization: Basic c2VjcmV0OnNlY3JldA==")
    assert token not in answer.body.decode()
    assert "c2VjcmV0" not in answer.body.decode()


def test_the_token_is_not_logged(server: OwnServer, url: str, short: bytes) -> None:
    put(url, short)
    token = target_of(url).rpartition("/")[2]
    put(url, b"x", target=target_of(url) + "x")
    assert token not in server.log_path.read_text()


def test_an_authorization_header_is_refused(client: Client, job: str, url: str, short: bytes) -> None:
    answer = put(url, short, "Authorization: Basic YTpi")
    assert answer.status == 400
    assert "Leave out the Authorization header" in answer.error["ErrorComment"]
    assert not has_media(client, job)


def test_the_url_of_a_deleted_job_is_gone(client: Client, job: str, url: str, short: bytes) -> None:
    assert client.get("job/delete", job_id=job).status_code == 200
    assert put(url, short).status == 410


def test_an_ordered_job_accepts_no_more_media(
    client: Client, job: str, url: str, short: bytes, long: bytes
) -> None:
    put(url, short)
    client.order(job)
    answer = put(url, long)
    assert answer.status == 409
    assert "ordered already" in answer.error["ErrorComment"]
    assert error_of(client.get("job/request_upload_url", job_id=job)) == (400, "INVALID_QUERY")


def test_an_upload_in_flight_when_the_order_comes_is_refused(
    client: Client, job: str, url: str, short: bytes, long: bytes
) -> None:
    put(url, short)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(long)}")
        connection.send(long[:1000])
        client.order(job)
        connection.send(long[1000:])
        assert connection.answer().status == 409
    info = client.finished(job)
    assert info["JobStatus"] == "Complete"
    assert info["MediaLengthSeconds"] == pytest.approx(3, abs=0.01)


def test_a_form_is_refused_with_the_right_call(url: str) -> None:
    with httpx2.Client(trust_env=False) as http:
        answer = http.put(url, files={"file": b"bytes"})
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "curl -T" in answer.json()["ErrorComment"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (("Content-Length: 0",), b"", 400),
        (("Transfer-Encoding: chunked",), b"0\r\n\r\n", 400),
        ((), b"", 411),
        (("Content-Length: 5", "Content-Length: 5"), b"abcde", 400),
        (("Content-Length: 5", "Content-Length: 6"), b"abcde", 400),
        (("Content-Length: +5",), b"abcde", 400),
        (("Content-Length: -5",), b"abcde", 400),
        (("Content-Length: 5", "Transfer-Encoding: chunked"), b"5\r\nabcde\r\n0\r\n\r\n", 400),
        (("Transfer-Encoding: gzip, chunked",), b"5\r\nabcde\r\n0\r\n\r\n", 400),
        (("Transfer-Encoding: chunked",), b"xyz\r\nabcde\r\n0\r\n\r\n", 400),
        (("Transfer-Encoding: chunked",), b"5\r\nabcdefgh\r\n0\r\n\r\n", 400),
        (("Content-Length: 5", "Content-Range: bytes 0-4/10"), b"abcde", 400),
    ],
)
def test_a_body_without_a_clear_length_is_refused(
    client: Client, job: str, url: str, headers: tuple[str, ...], body: bytes, status: int
) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), *headers)
        connection.send(body)
        assert connection.answer().status == status
    assert not has_media(client, job)


def test_chunks_in_http_1_0_are_refused(url: str) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked", version="1.0")
        connection.send("5\r\nabcde\r\n0\r\n\r\n")
        assert connection.answer().status == 400


def test_a_broken_connection_leaves_nothing_visible(client: Client, job: str, url: str, long: bytes) -> None:
    connection = RawConnection(url)
    connection.head("PUT", target_of(url), f"Content-Length: {len(long)}")
    connection.send(long[: len(long) // 2])
    connection.close()
    time.sleep(0.3)
    assert not has_media(client, job)
    refusal = client.post("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert error_of(refusal) == (400, "INVALID_QUERY")
    assert put(url, long).status == 200


def test_media_can_be_protected_from_being_replaced(url: str, short: bytes) -> None:
    assert put(url, short, "If-None-Match: *").status == 200
    assert put(url, short, "If-None-Match: *").status == 412


def test_a_post_of_no_protocol_is_refused_with_the_allowed_methods(url: str) -> None:
    with httpx2.Client(trust_env=False) as http:
        answer = http.post(url)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "PUT, PATCH, HEAD, GET, POST, DELETE, OPTIONS"


def test_a_get_has_the_headers_of_a_head_and_no_body(url: str, short: bytes) -> None:
    assert put(url, short).status == 200
    with httpx2.Client(trust_env=False) as http:
        got, asked = http.get(url), http.head(url)
    assert (got.status_code, got.content) == (200, b"")
    assert got.headers["upload-offset"] == str(len(short))
    assert got.headers["cache-control"] == "no-store"
    varying = {"date", "upload-limit", "x-request-id"}
    assert {name: value for name, value in got.headers.items() if name not in varying} == {
        name: value for name, value in asked.headers.items() if name not in varying
    }


def test_an_unknown_method_is_refused(url: str) -> None:
    with RawConnection(url) as connection:
        connection.head("BREW", target_of(url), "Content-Length: 0")
        assert connection.answer().status in (400, 405)


def test_a_patch_of_another_type_gets_the_accepted_ones(url: str) -> None:
    with httpx2.Client(trust_env=False) as http:
        answer = http.patch(url, content=b"x", headers={"Content-Type": "application/json"})
    assert answer.status_code == 415
    assert "application/partial-upload" in answer.headers["accept-patch"]
    assert "application/offset+octet-stream" in answer.headers["accept-patch"]


def test_a_page_of_another_origin_may_upload(url: str) -> None:
    with httpx2.Client(trust_env=False) as http:
        answer = http.options(
            url,
            headers={
                "Origin": "https://app.example",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "content-type,x-mine",
            },
        )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "x-mine" in answer.headers["access-control-allow-headers"]


def test_of_simultaneous_uploads_one_wins_completely(
    client: Client, job: str, url: str, tmp_path: Path
) -> None:
    recordings = [spoken(tmp_path / f"{n}.wav", seconds=n).read_bytes() for n in range(1, 7)]
    with concurrent.futures.ThreadPoolExecutor(len(recordings)) as threads:
        answers: list[Answer] = list(threads.map(lambda body: put(url, body), recordings))
    assert {answer.status for answer in answers} == {200}
    seconds = length_of(client, job)
    assert min(abs(seconds - n) for n in range(1, 7)) < 0.01


def test_headers_that_are_too_large_are_refused(server: OwnServer) -> None:
    with RawConnection(server.base_url) as connection:
        try:
            connection.head("GET", "/healthz", "X-Large: " + "a" * 100_000)
            assert connection.answer().status in (400, 431)
        except ConnectionError:
            assert connection.is_closed()


def test_a_file_can_be_put_with_the_requests_library(
    client: Client, job: str, url: str, speech: Path
) -> None:
    with speech.open("rb") as file, httpx2.Client(trust_env=False) as http:
        assert http.put(url, content=file).status_code == 200
    assert length_of(client, job) == pytest.approx(SPEECH_S, abs=0.01)


def test_calls_answer_while_uploads_are_under_way(client: Client, short: bytes) -> None:
    urls = [client.upload_url(client.new_job()) for _ in range(8)]
    connections = [RawConnection(url) for url in urls]
    for connection, url in zip(connections, urls, strict=True):
        connection.head("PUT", target_of(url), f"Content-Length: {len(short)}")
        connection.send(short[:10])
    client.info(client.new_job())
    for connection in connections:
        connection.send(short[10:])
        assert connection.answer().status == 200
        connection.close()


def test_a_half_closed_connection_still_gets_its_answer(url: str, short: bytes) -> None:
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), f"Content-Length: {len(short)}")
        connection.send(short)
        connection._socket.shutdown(socket.SHUT_WR)
        assert connection.answer().status == 200
