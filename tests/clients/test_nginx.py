"""Uploads through Debian's nginx: at the root, below a prefix, with TLS and HTTP/2, by HTTP/1.0 and 1.1."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from scribedock.demo.server import OwnServer
from tests.clients.node_js import FOLDER
from tests.clients.sent import Sent
from tests.support.client import Client
from tests.support.machine.nginx import Front, Nginx
from tests.support.machine.node import install, run
from tests.support.raw import target_of

pytestmark = pytest.mark.clients

FRONTS = (
    Front(),
    Front(upstream="1.1"),
    Front(prefix="/captions"),
    Front(prefix="/captions", upstream="1.1"),
    Front(tls=True),
    Front(tls=True, prefix="/a/b", upstream="1.1"),
)
INTEROP = "Upload-Draft-Interop-Version: 8"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Start a server that trusts nginx, and keeps 104 back: nginx takes one from HTTP/1.1 for the answer."""
    folder = tmp_path_factory.mktemp("behind")
    settings = {"trusted_proxies": "127.0.0.0/8", "upload_interim_responses": "false"}
    with OwnServer(folder, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Start a server that trusts nginx, and sends 104 to whoever may get it."""
    folder = tmp_path_factory.mktemp("talkative")
    with OwnServer(folder, arguments=("--no-worker",), trusted_proxies="127.0.0.0/8") as server:
        yield server


@pytest.fixture(scope="module")
def nginx(behind: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), behind.base_url, FRONTS) as started:
        yield started


@pytest.fixture(params=FRONTS, ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def behind_nginx(behind: OwnServer, recording: Path) -> Sent:
    client = Client(behind).login()
    return Sent(client, client.new_job(), recording)


@pytest.fixture
def url_behind(behind_nginx: Sent, nginx: Nginx, front: Front) -> str:
    return upload_url(behind_nginx, nginx, front)


def upload_url(sent: Sent, nginx: Nginx, front: Front) -> str:
    """Ask for the URL where a client would: at nginx."""
    base = nginx.url(front)
    answer = curl(
        nginx, f"{base}/api/job/request_upload_url?v=1&api_token={sent.client.token}&job_id={sent.job}"
    )
    url = httpx.Response(200, content=answer.stdout).json()["upload_url"]
    assert url.startswith(f"{base}/upload/")
    return str(url)


def curl(nginx: Nginx, url: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--http2", "--cacert", str(nginx.certificate), *arguments, url],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode() + nginx.log()
    return done


def head_of(nginx: Nginx, url: str, *arguments: str) -> tuple[str, dict[str, str]]:
    """Return version and status of the final answer, and its headers."""
    lines = curl(nginx, url, "--output", os.devnull, "--dump-header", "-", *arguments).stdout.decode()
    *_, last = lines.strip().split("\r\n\r\n")
    first, *fields = last.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return first.strip(), headers


def test_a_put_arrives(behind_nginx: Sent, nginx: Nginx, front: Front, url_behind: str) -> None:
    first, headers = head_of(nginx, url_behind, "--upload-file", str(behind_nginx.recording))
    assert first.split()[:2] == ["HTTP/2" if front.tls else "HTTP/1.1", "200"]
    assert headers["etag"]
    behind_nginx.assert_is_media()


def test_a_put_of_unknown_length_arrives(behind_nginx: Sent, nginx: Nginx, url_behind: str) -> None:
    chunked = ("--header", "Transfer-Encoding: chunked", "--header", "Content-Length:")
    first, _ = head_of(nginx, url_behind, *chunked, "--upload-file", str(behind_nginx.recording))
    assert first.split()[1] == "200"
    behind_nginx.assert_is_media()


def test_a_client_of_the_draft_uploads_in_parts(
    behind_nginx: Sent, nginx: Nginx, front: Front, url_behind: str, tmp_path: Path
) -> None:
    data = behind_nginx.recording.read_bytes()
    for name, part in (("first", data[:700_000]), ("rest", data[700_000:])):
        (tmp_path / name).write_bytes(part)
    incomplete = ("--header", INTEROP, "--header", "Upload-Complete: ?0")
    first, headers = head_of(nginx, url_behind, *incomplete, "--upload-file", str(tmp_path / "first"))
    assert first.split()[1] == "201"
    assert headers["location"] == target_of(url_behind), "with the prefix that nginx takes off"
    there = urljoin(url_behind, headers["location"])
    first, headers = head_of(nginx, there, "--header", INTEROP, "--head")
    assert (first.split()[1], headers["upload-offset"]) == ("204", "700000")
    rest = ("--header", INTEROP, "--header", "Upload-Complete: ?1", "--header", "Upload-Offset: 700000")
    first, headers = head_of(
        nginx,
        there,
        *rest,
        *("--request", "PATCH", "--header", "Content-Type: application/partial-upload"),
        *("--upload-file", str(tmp_path / "rest")),
    )
    assert (first.split()[1], headers["upload-complete"]) == ("200", "?1")
    behind_nginx.assert_is_media()


@pytest.mark.parametrize("parallel", [1, 3])
def test_tus_js_client_uploads(behind_nginx: Sent, nginx: Nginx, url_behind: str, parallel: int) -> None:
    install(FOLDER)
    options = f'{{"parallelUploads": {parallel}, "retryDelays": null}}'
    trusting = ("--use-openssl-ca",)
    os.environ["SSL_CERT_FILE"] = str(nginx.certificate)
    try:
        done = run(FOLDER, *trusting, "tus.mjs", url_behind, str(behind_nginx.recording), options)
    finally:
        del os.environ["SSL_CERT_FILE"]
    assert done.returncode == 0, done.stderr.decode() + nginx.log()
    behind_nginx.assert_is_media()


def test_an_interim_response_stays_away_from_the_default_upstream(
    talkative: OwnServer, recording: Path, tmp_path: Path
) -> None:
    """What an iPhone sends, through what most operators run: HTTP/1.0 knows no 104."""
    front = Front()
    client = Client(talkative).login()
    sent = Sent(client, client.new_job(), recording)
    with Nginx(tmp_path, talkative.base_url, (front,)) as nginx:
        asked = ("--header", INTEROP, "--header", "Upload-Complete: ?1")
        url = upload_url(sent, nginx, front)
        first, headers = head_of(nginx, url, *asked, "--upload-file", str(recording))
    assert (first.split()[1], headers["upload-complete"]) == ("200", "?1")
