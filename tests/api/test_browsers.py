"""What every answer tells a browser: strangers' content runs nowhere, and what is private is kept nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from scribedock import app
from scribedock.api import application
from scribedock.api.registry import Backend
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.results.signed_links import APPROVAL, Link
from tests.support.accounts import child
from tests.support.calls import PATHS, make
from tests.support.client import Client
from tests.support.media.videos import recorded  # noqa: F401
from tests.support.raw import Answer, RawConnection, put, target_of

# These end the session of who makes them.
LAST = ("account/update_password", "account/logout")
ROUTES = {
    "/api/{path:path}",
    "/upload/{token:path}",
    "/captions/{name}",
    "/media/{name}",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/",
}
ORIGIN = {"Origin": "https://player.example.org"}


def check(answer: httpx2.Response | Answer) -> None:
    """What each answer says, whatever it is."""
    headers = answer.headers
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert not any("script-src" in part or "unsafe-eval" in part for part in policy)
    if "etag" not in headers:
        assert headers["cache-control"] == "no-store"


def check_content(answer: httpx2.Response | Answer) -> None:
    """The same, and that it is no page of ours."""
    check(answer)
    assert answer.headers["content-security-policy"].split("; ")[0].split()[0] == "sandbox"
    assert "allow-scripts" not in answer.headers["content-security-policy"]
    assert "allow-same-origin" not in answer.headers["content-security-policy"]


@pytest.fixture(scope="module")
def caller(server: Any, admin_token: str) -> Client:
    return child(Client(server, token=admin_token), "browser")


@pytest.mark.parametrize("path", [*(path for path in PATHS if path not in LAST), *LAST])
def test_every_call_sends_the_security_headers(caller: Client, path: str) -> None:
    check_content(make(caller, path, job_id=caller.new_job() if path not in LAST else "x"))
    check_content(caller.http.get(f"/api/{path}"))  # without a version or a token: 400
    check_content(caller.http.put(f"/api/{path}"))  # 405, or 400


@pytest.mark.parametrize(
    ("call", "options", "media_type"),
    [
        ("get_transcript", {}, "text/plain; charset=utf-8"),
        ("get_transcript", {"file_format": "HTML"}, "text/html; charset=utf-8"),
        *(("get_caption", {"caption_format": format}, "") for format in ("SRT", "WEB_VTT", "DFXP", "TWX")),
        ("get_elementlist", {}, "application/json"),
        ("list_elementlists", {}, "application/json"),
        ("info", {}, "application/json"),
    ],
)
def test_transcripts_send_the_security_headers(
    client: Client, finished: str, call: str, options: dict[str, str], media_type: str
) -> None:
    answer = client.get(f"job/{call}", job_id=finished, **options)
    assert answer.status_code == 200, answer.text
    assert media_type in answer.headers["content-type"]
    check_content(answer)
    if "etag" in answer.headers:
        query = {"v": "1", "api_token": client.token, "job_id": finished, **options}
        known = {"If-None-Match": answer.headers["etag"]}
        unchanged = client.http.get(f"/api/job/{call}", params=query, headers=known)
        assert unchanged.status_code == 304
        check_content(unchanged)


def test_captions_at_a_url_send_the_security_headers_and_a_track_may_load_them(
    client: Client, finished: str
) -> None:
    url = client.get("job/get_caption", job_id=finished, caption_format="WEB_VTT", build_url="true").json()[
        "CaptionUrl"
    ]
    answer = client.http.get(url, headers=ORIGIN)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    check_content(answer)
    check_content(client.http.get(url, headers={"If-None-Match": answer.headers["etag"]}))
    check_content(client.http.get(f"{url[:-20]}.vtt"))


def test_media_send_the_security_headers_and_a_player_may_seek(client: Client, recorded: str) -> None:  # noqa: F811
    url = client.get("job/transcoded_media", job_id=recorded, transcoded_version="mp3").json()["MediaUrl"]
    whole = client.http.get(url)
    part = client.http.get(url, headers={"Range": "bytes=10-19", **ORIGIN})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    beyond = client.http.get(url, headers={"Range": "bytes=999999999-"})
    query = {"v": "1", "api_token": client.token, "job_id": recorded, "media_type": "mp3"}
    attached = client.http.get("/api/job/download_media", params=query)
    for answer in (whole, part, beyond, attached, client.http.head(url), client.http.get(f"{url[:-9]}.mp3")):
        check_content(answer)
        assert answer.status_code >= 400 or "media-src 'self'" in answer.headers["content-security-policy"]
    assert "allow-downloads" in whole.headers["content-security-policy"]


def test_the_servers_own_pages_run_no_scripts_and_cannot_be_framed(
    client: Client, services: app.Services
) -> None:
    for path in ("/docs", "/docs/"):
        answer = client.http.get(path, follow_redirects=True)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        check(answer)
        check(client.http.get(path))
    for path in ("/healthz", "/readyz", "/openapi.json", "/nowhere", "/docs/x", "/media/x"):
        check(client.http.get(path))
        check(client.http.put(path))
    gone = Link(subject="0" * 32, expires=2**40).url(
        client.server.base_url, APPROVAL, services.keys.upload.all()[0]
    )
    for url in (gone, "/approve/x"):
        answer = client.http.get(url)
        assert answer.status_code in (403, 404, 410)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_an_upload_url_sends_the_security_headers(client: Client, quiet: Path) -> None:
    url = client.upload_url(client.new_job())
    for method in ("HEAD", "OPTIONS", "GET", "DELETE"):
        check_content(client.http.request(method, url, headers=ORIGIN))
    url = client.upload_url(client.new_job())
    for answer in (
        put(url, quiet.read_bytes()),
        put(url, b"x", target="/upload/x"),
        put(url, b"x", "Content-Length: 1"),
    ):
        check_content(answer)
    with RawConnection(url) as connection:
        connection.send(f"PUT {target_of(url)} HTTP/1.1\r\n\r\n")
        check_content(connection.answer())


@pytest.mark.parametrize(
    "sent",
    [b"?\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 40_000, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
)
def test_the_parsers_own_refusals_send_the_security_headers(client: Client, sent: bytes) -> None:
    with RawConnection(client.server.base_url) as connection:
        connection.send(sent)
        answer = connection.answer()
        assert answer.error["ErrorType"] == "INVALID_QUERY"
        check_content(answer)


def test_every_route_is_tested_here(services: app.Services) -> None:
    nothing = cast(Any, None)
    backend = Backend(
        services=services,
        engine=nothing,
        capabilities=nothing,
        renderings=nothing,
        parser=nothing,
        fetches=nothing,
        bodies=nothing,
        receiver=nothing,
    )
    api = application.Api(backend, ClientAddresses((), untrusted=nothing))
    assert {cast(Any, route).path for route in application.routes(api)} == ROUTES
