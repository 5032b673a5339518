"""What a client may ask of an upload URL: limits, origins, digests; and what an account may have."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from scribedock.keys.keys import load_keys
from scribedock.settings import Settings
from scribedock.uploads.grant import verify
from tests.support.client import Client, error_of
from tests.support.raw import RawConnection, put, target_of

BODY = b"not a recording, but whole"
ORIGIN = "https://app.example.org"


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


def issue(client: Client, job: str, **parameters: object) -> str:
    answer = client.get("job/request_upload_url", job_id=job, **parameters)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["upload_url"])


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


# The URL's own limits


def test_a_url_may_expire_sooner(client: Client, server: OwnServer, job: str) -> None:
    url = issue(client, job, expires_in=60)
    grant = verify(url.rpartition("/")[2], load_keys(Settings(data_dir=server.data_dir)).upload.all())
    assert grant.expires - time.time() == pytest.approx(60, abs=30)


@pytest.mark.parametrize("seconds", [0, -1, 43_201, "long"])
def test_a_url_expires_after_twelve_hours_at_the_latest(client: Client, job: str, seconds: object) -> None:
    answer = client.get("job/request_upload_url", job_id=job, expires_in=seconds)
    assert answer.status_code == 400
    assert "expires_in" in answer.json()["ErrorComment"]


def test_a_url_may_have_a_lower_limit_of_bytes(client: Client, job: str) -> None:
    url = issue(client, job, max_bytes=len(BODY) - 1)
    answer = put(url, BODY)
    assert answer.status == 413
    assert str(len(BODY) - 1) in answer.error["ErrorComment"]
    assert f"max-size={len(BODY) - 1}" in answer.headers["upload-limit"]
    assert put(url, BODY[:-1]).status == 200


def test_a_url_may_be_for_pages_of_one_origin(client: Client, job: str) -> None:
    url = issue(client, job, cors_origin=ORIGIN)
    with httpx2.Client(trust_env=False) as http:
        wanted = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
        preflight = http.options(url, headers=wanted)
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert preflight.headers["vary"] == "Origin"
        other = http.options(url, headers={**wanted, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
    assert put(url, BODY, "Origin: https://evil.example").status == 403
    answer = put(url, BODY, f"Origin: {ORIGIN}")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)


@pytest.mark.parametrize(
    "origin",
    ["app.example.org", "https://", "https://a.example/path", "https://a.example, https://b", "*", "null"],
)
def test_anything_but_an_origin_is_refused(client: Client, job: str, origin: str) -> None:
    answer = client.get("job/request_upload_url", job_id=job, cors_origin=origin)
    assert answer.status_code == 400
    assert "cors_origin" in answer.json()["ErrorComment"]


def test_an_error_can_be_read_by_the_page(client: Client, job: str) -> None:
    url = issue(client, job, cors_origin=ORIGIN)
    answer = put(url, BODY, f"Origin: {ORIGIN}", "Authorization: Basic YTpi")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (400, ORIGIN)


def test_the_operator_may_narrow_the_origins(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("origins")
    with OwnServer(folder, arguments=("--no-worker",), cors_origins=f"{ORIGIN}, https://b.example") as server:
        client = Client(server).login()
        url = client.upload_url(client.new_job())
        assert put(url, BODY, "Origin: https://b.example").headers["access-control-allow-origin"] == (
            "https://b.example"
        )
        assert "access-control-allow-origin" not in put(url, BODY, "Origin: https://c.example").headers


# What an account may have


@pytest.fixture(scope="module")
def frugal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    limits = {
        "account_in_flight_bytes": "3000",
        "account_partial_bytes": "1000",
        "account_stored_bytes": "5000",
    }
    with OwnServer(tmp_path_factory.mktemp("frugal"), arguments=("--no-worker",), **limits) as started:
        yield started


@pytest.fixture
def frugal(frugal_server: OwnServer) -> Client:
    client = Client(frugal_server).login()
    for job in client.get("job/list").json()["ActiveJobs"]:
        client.get("job/delete", job_id=job["JobId"])
    return client


def test_bytes_under_way_are_limited(frugal: Client) -> None:
    url = frugal.upload_url(frugal.new_job())
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Content-Length: 2000")
        connection.send(b"x" * 100)
        time.sleep(0.3)
        answer = put(frugal.upload_url(frugal.new_job()), b"y" * 1500)
        assert answer.status == 507
        assert "SCRIBEDOCK_ACCOUNT_IN_FLIGHT_BYTES" in answer.error["ErrorComment"]
        assert put(frugal.upload_url(frugal.new_job()), b"y" * 500).status == 200
        connection.send(b"x" * 1900)
        assert connection.answer().status == 200


def test_bytes_of_broken_uploads_are_limited(frugal: Client) -> None:
    url = frugal.upload_url(frugal.new_job())
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Content-Length: 2000")
        connection.send(b"x" * 1000)
        time.sleep(0.3)
    time.sleep(0.5)
    answer = put(frugal.upload_url(frugal.new_job()), b"y" * 10)
    assert answer.status == 507
    assert "SCRIBEDOCK_ACCOUNT_PARTIAL_BYTES" in answer.error["ErrorComment"]
    with RawConnection(url) as connection:
        connection.head(
            "PATCH",
            target_of(url),
            "Tus-Resumable: 1.0.0",
            "Content-Type: application/offset+octet-stream",
            "Upload-Offset: 1000",
            "Content-Length: 1000",
        )
        connection.send(b"x" * 1000)
        assert connection.answer().status == 204


def test_stored_bytes_are_limited_but_may_be_replaced(frugal: Client) -> None:
    job = frugal.new_job()
    assert put(frugal.upload_url(job), b"x" * 2500).status == 200
    other = frugal.new_job()
    assert put(frugal.upload_url(other), b"x" * 2400).status == 200
    answer = put(frugal.upload_url(frugal.new_job()), b"x" * 200)
    assert answer.status == 507
    assert "SCRIBEDOCK_ACCOUNT_STORED_BYTES" in answer.error["ErrorComment"]
    assert put(frugal.upload_url(job), b"x" * 2600).status == 200, "it takes the place of the former"
    url = frugal.upload_url(other)
    with RawConnection(url) as connection:
        connection.head("PUT", target_of(url), "Transfer-Encoding: chunked")
        connection.send(f"{2900:x}\r\n", b"x" * 2900, "\r\n0\r\n\r\n")
        assert connection.answer().status == 507
    frugal.get("job/delete", job_id=job)
    assert put(frugal.upload_url(frugal.new_job()), b"x" * 200).status == 200


def test_the_uploads_of_a_stranger_cannot_be_seen_or_cancelled(client: Client, alice: Client) -> None:
    job = client.new_job()
    for path in ("upload/list", "upload/cancel", "job/request_upload_url"):
        assert error_of(alice.get(path, job_id=job)) == (400, "ITEM_NOT_FOUND")
