"""requests, httpx, aiohttp and tuspy upload, and resume."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.clients.sent import HALF, Sent, offset
from tests.support.machine.breaking import BreakingProxy

pytestmark = pytest.mark.clients

PIECE = 100_000
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
IETF = {"Content-Type": "application/partial-upload", "Upload-Complete": "?1"}


def pieces(path: Path, start: int = 0) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(PIECE):
            yield piece


async def async_pieces(path: Path) -> AsyncIterator[bytes]:
    for piece in pieces(path):
        yield piece


Call = Callable[[str, str, Path, int, dict[str, str]], tuple[int, dict[str, str]]]
"""Method, URL, file, where to begin in it, headers; status and headers of the answer."""


def with_requests(
    method: str, url: str, path: Path, start: int, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    with requests.Session() as session, path.open("rb") as file:
        session.trust_env = False
        file.seek(start)
        body = None if method == "HEAD" else file
        answer = session.request(method, url, data=body, headers=headers, timeout=60)
        return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}


def with_httpx(
    method: str, url: str, path: Path, start: int, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    with httpx.Client(trust_env=False, timeout=60) as session, path.open("rb") as file:
        file.seek(start)
        body = None if method == "HEAD" else file
        if body is not None:
            headers = {**headers, "Content-Length": str(path.stat().st_size - start)}
        answer = session.request(method, url, content=body, headers=headers)
        return answer.status_code, dict(answer.headers)


def with_aiohttp(
    method: str, url: str, path: Path, start: int, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    async def call() -> tuple[int, dict[str, str]]:
        async with aiohttp.ClientSession() as session:
            with path.open("rb") as file:
                file.seek(start)
                body = None if method == "HEAD" else file
                async with session.request(method, url, data=body, headers=headers) as answer:
                    return answer.status, {name.lower(): value for name, value in answer.headers.items()}

    return asyncio.run(call())


LIBRARIES = pytest.mark.parametrize(
    "call", [with_requests, with_httpx, with_aiohttp], ids=["requests", "httpx", "aiohttp"]
)
BREAKS = (requests.ConnectionError, httpx.TransportError, aiohttp.ClientError, OSError)


@LIBRARIES
def test_a_file_is_uploaded(sent: Sent, url: str, call: Call) -> None:
    assert call("PUT", url, sent.recording, 0, {})[0] == 200
    sent.assert_is_media()


@LIBRARIES
@pytest.mark.parametrize("protocol", [TUS, IETF], ids=["tus", "IETF"])
def test_an_interrupted_upload_is_resumed(sent: Sent, url: str, call: Call, protocol: dict[str, str]) -> None:
    times = 2 if call is with_aiohttp else 1  # it tries a PUT again by itself, once
    with (
        BreakingProxy(sent.client.server.base_url, after=HALF, times=times) as breaking,
        pytest.raises(BREAKS),
    ):
        call("PUT", breaking.url(url), sent.recording, 0, {})
    assert breaking.broken
    offset(url)
    status, state = call("HEAD", url, sent.recording, 0, {})
    assert status == 200
    kept = int(state["upload-offset"])
    assert 0 < kept < sent.size
    status, _ = call("PATCH", url, sent.recording, kept, {**protocol, "Upload-Offset": str(kept)})
    assert status in (200, 204)
    sent.assert_is_media()


def test_requests_uploads_a_generator(sent: Sent, url: str) -> None:
    assert requests.put(url, data=pieces(sent.recording), timeout=60).status_code == 200
    sent.assert_is_media()


def test_requests_sending_a_form_learns_that_it_is_not_a_recording(sent: Sent, url: str) -> None:
    with sent.recording.open("rb") as file:
        answer = requests.put(url, files={"file": file}, timeout=60)
    assert answer.status_code == 400
    assert "requests.put(url, data=open(FILE, 'rb'))" in answer.json()["ErrorComment"]
    sent.assert_is_not_media()


def test_httpx_uploads_a_generator(sent: Sent, url: str) -> None:
    assert httpx.put(url, content=pieces(sent.recording), timeout=60).status_code == 200
    sent.assert_is_media()


def test_httpx_uploads_asynchronously(sent: Sent, url: str) -> None:
    async def upload() -> int:
        async with httpx.AsyncClient(timeout=60) as session:
            return (await session.put(url, content=async_pieces(sent.recording))).status_code

    assert asyncio.run(upload()) == 200
    sent.assert_is_media()


def test_aiohttp_uploads_a_generator(sent: Sent, url: str) -> None:
    async def upload() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.put(url, data=async_pieces(sent.recording), expect100=True) as answer,
        ):
            return answer.status

    assert asyncio.run(upload()) == 200
    sent.assert_is_media()


def test_uploads_follow_each_other_in_one_session(sent: Sent, url: str) -> None:
    with requests.Session() as session:
        for _ in range(3):
            with sent.recording.open("rb") as file:
                assert session.put(url, data=file, timeout=60).status_code == 200
    sent.assert_is_media()


# tuspy


CHUNKS = pytest.mark.parametrize("chunk_size", [50_000_000, 300_000], ids=["whole", "in chunks"])


@CHUNKS
def test_tuspy_uploads(sent: Sent, url: str, chunk_size: int) -> None:
    uploader = TusClient(url).uploader(str(sent.recording), chunk_size=chunk_size)
    uploader.upload()
    assert uploader.url == url
    sent.assert_is_media()


@CHUNKS
def test_tuspy_resumes_after_a_lost_connection(
    sent: Sent, url: str, breaking: BreakingProxy, chunk_size: int
) -> None:
    first = TusClient(breaking.url(url)).uploader(str(sent.recording), chunk_size=chunk_size)
    if chunk_size > sent.size:
        with pytest.raises(TusCommunicationError):
            first.upload()
        assert breaking.broken
    else:
        first.upload(stop_at=2 * chunk_size)
    kept = offset(url)
    again = TusClient(url).uploader(str(sent.recording), chunk_size=chunk_size, url=url)
    assert again.offset == kept
    again.upload()
    sent.assert_is_media()


def test_tuspy_retries_by_itself(sent: Sent, url: str, breaking: BreakingProxy) -> None:
    uploader = TusClient(breaking.url(url)).uploader(
        str(sent.recording), chunk_size=50_000_000, retries=5, retry_delay=1
    )
    uploader.upload()
    assert breaking.broken
    sent.assert_is_media()


def test_tuspy_uploads_with_checksums(sent: Sent, url: str) -> None:
    TusClient(url).uploader(str(sent.recording), chunk_size=300_000, upload_checksum=True).upload()
    sent.assert_is_media()


def test_tuspy_resumes_a_put(sent: Sent, url: str, breaking: BreakingProxy) -> None:
    with pytest.raises(requests.ConnectionError), sent.recording.open("rb") as file:
        requests.put(breaking.url(url), data=file, timeout=60)
    kept = offset(url)
    uploader = TusClient(url).uploader(str(sent.recording), chunk_size=300_000, url=url)
    assert uploader.offset == kept
    uploader.upload()
    sent.assert_is_media()


def test_tuspy_uploads_asynchronously(sent: Sent, url: str) -> None:
    uploader = TusClient(url).async_uploader(str(sent.recording), chunk_size=300_000)
    asyncio.run(uploader.upload())
    sent.assert_is_media()
