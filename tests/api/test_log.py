"""The log tells who called what, and no secret, however it was spelled."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import RawConnection

CALLS = (
    "job/perform_transcription",
    "job/add_media",
    "job/add_media_url",
    "job/add_transcript",
    "job/add_custom_guidelines",
    "job/modify",
    "account/login",
    "account/update_password",
    "no/such/call",
)
NAMES = (
    "api_token",
    "api%5Ftoken",
    "API_TOKEN",
    "password",
    "p%61ssword",
    "new_password",
    "securekey",
    "api_securekey",
    "callback_url",
    "media_url",
    "transcript_url",
    "guidelines_url",
    "notes",
    "options",
    "X-Amz-Signature",
    "sig",
    "unknown",
)
URLS = (
    "https://user:{secret}@example.org/a",
    "https://example.org/{secret}?X-Amz-Signature={secret}",
    "https%3A%2F%2Fuser%3A{secret}%40example.org%2F",
    "{secret}",
)


@pytest.fixture
def secret() -> str:
    return f"Zq{uuid.uuid4().hex}"


def log_of(server: OwnServer) -> str:
    time.sleep(0.2)
    return server.log_path.read_text()


def entries(server: OwnServer, start: int) -> Iterator[dict[str, Any]]:
    for line in server.log_path.read_text()[start:].splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@pytest.mark.parametrize("call", CALLS)
def test_no_parameter_that_may_be_a_secret_is_logged(
    server: OwnServer, client: Client, secret: str, call: str
) -> None:
    for url in URLS:
        value = quote(url.format(secret=secret), safe="")
        client.http.get(f"/api/{call}?v=1&" + "&".join(f"{name}={value}" for name in NAMES))
        client.http.post(f"/api/{call}?{secret}", content="&".join(f"{name}={value}" for name in NAMES))
    client.http.post(f"/api/{call}", json={secret: 1, **{name: [secret] for name in NAMES}})
    client.http.get(f"/api/{call}?v={secret}&job_id={secret}&api_token={client.token}{secret}")
    client.http.get(f"/api/{call}/{secret}")
    assert secret not in log_of(server)


@pytest.mark.parametrize(
    "path",
    ["/captions/{}", "/upload/{}", "/media/{}.mp4", "/approve/{}", "/{}", "/api/{}", "/api/job/info/{}"],
)
def test_no_secret_in_a_path_is_logged(server: OwnServer, client: Client, secret: str, path: str) -> None:
    for method in ("GET", "PUT", "POST", "DELETE", "PATCH"):
        client.http.request(method, path.format(secret), content=b"x")
    assert secret not in log_of(server)


def test_anything_that_is_not_http_is_not_logged(server: OwnServer, secret: str) -> None:
    for request in (
        f"{secret}\r\n\r\n",
        f"GET /upload/{secret} HTTP/1.1\r\nHost: a\r\nHost: {secret}\r\nContent-Length: {secret}\r\n\r\n",
        f"PUT /upload/{secret} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {secret}\r\n\r\n",
    ):
        with RawConnection(server.base_url) as connection:
            connection.send(request)
            connection.answer()
    assert secret not in log_of(server)


def test_a_call_is_logged_with_its_harmless_parameters(server: OwnServer, client: Client) -> None:
    job = client.new_job(job_name="Seven Seas")
    start = len(log_of(server))
    client.get("job/get_caption", job_id=job, caption_format="srt", utf8_mark="yes", elementlist_version="")
    client.get("job/list", limit="7", JobName="Seven Seas", CreationDateFrom="2026-01-02")
    client.get("nothing/here", job_id=job)
    log_of(server)
    told = [each for each in entries(server, start) if each["event"] == "call"]
    assert [each["path"] for each in told] == ["/api/job/get_caption", "/api/job/list", "/api/…"]
    assert told[0]["parameters"] == {
        "v": "1 character",
        "api_token": "32 characters",
        "job_id": job,
        "caption_format": "SRT",
        "utf8_mark": "true",
        "elementlist_version": "0 characters",
    }
    assert told[1]["parameters"]["limit"] == "7"
    assert told[1]["parameters"]["JobName"] == "10 characters"
    assert told[1]["parameters"]["CreationDateFrom"].startswith("2026-01-02T")
    assert told[2]["parameters"] == {}


@pytest.mark.parametrize(
    "path", ["api/job/info", "api/no/such/call", "captions/none.srt", "healthz", "nowhere"]
)
def test_every_answer_names_its_request(client: Client, path: str) -> None:
    given = f"req-{uuid.uuid4().hex}"
    answer = client.http.get(f"/{path}", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given
    made = client.http.get(f"/{path}", headers={"X-Request-Id": "<b>"}).headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{32}", made)


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_an_answer_of_an_upload_url_names_its_request(client: Client, method: str) -> None:
    url = client.upload_url(client.new_job())
    given = f"req-{uuid.uuid4().hex}"
    for address, status in ((url, 200), (url + "x", 403)):
        answer = client.http.request(method, address, content=b"x", headers={"X-Request-Id": given})
        assert (answer.status_code, answer.headers["X-Request-Id"]) == (status, given), answer.text


@pytest.mark.parametrize("call", ["job/info", "job/new", "job/list"])
def test_a_call_is_logged_with_its_request(server: OwnServer, client: Client, call: str) -> None:
    given = f"req-{uuid.uuid4().hex}"
    job = client.new_job()
    start = len(log_of(server))
    parameters = {"v": "1", "api_token": client.token, **({"job_id": job} if call == "job/info" else {})}
    client.http.get(f"/api/{call}", params=parameters, headers={"X-Request-Id": given})
    log_of(server)
    (told,) = [each for each in entries(server, start) if each.get("request") == given]
    assert told["path"] == f"/api/{call}"
