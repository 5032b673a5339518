"""Answers to the pages are compressed, where the browser takes that."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from scribedock.persons.person import Person
from scribedock.web import compression
from scribedock.web.compression import LEAST_COMPRESSED, compress
from tests.support.browser import Browser
from tests.support.core import Core

TEXT = "the sea again and again " * 100


def compressed(response: Response, accepts: str = "gzip, deflate, br") -> Response:
    headers = [(b"accept-encoding", accepts.encode())]
    return asyncio.run(compress(Request({"type": "http", "method": "GET", "headers": headers}), response))


@pytest.mark.parametrize("media_type", ["application/json", "text/vtt"])
def test_text_is_compressed(media_type: str) -> None:
    answer = compressed(Response(TEXT, media_type=media_type, headers={"ETag": '"abc"'}))
    assert gzip.decompress(bytes(answer.body)).decode() == TEXT
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(answer.body) < len(TEXT) / 10
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] == 'W/"abc"', "it does not stand for the same bytes as the plain answer's"


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0", "identity"])
def test_who_does_not_take_gzip_gets_none(accepts: str) -> None:
    answer = compressed(Response(TEXT, media_type="text/plain", headers={"ETag": '"abc"'}), accepts)
    assert bytes(answer.body).decode() == TEXT
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] == '"abc"'


def piecemeal() -> Iterator[str | bytes]:
    yield TEXT
    yield b""
    yield TEXT.encode()


@pytest.mark.parametrize("at_once", [7, 1024**2])
def test_what_is_sent_piece_by_piece_is_compressed_so(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(compression, "AT_ONCE", at_once)
    stream = StreamingResponse(piecemeal(), media_type="application/json", headers={"Content-Length": "4800"})
    answer = compressed(stream)
    assert isinstance(answer, StreamingResponse)

    async def received() -> list[bytes]:
        return [bytes(each) async for each in answer.body_iterator if not isinstance(each, str)]

    assert gzip.decompress(b"".join(asyncio.run(received()))).decode() == 2 * TEXT
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    "answer",
    [
        Response(b"x" * LEAST_COMPRESSED, media_type="application/zip"),
        JSONResponse({"short": True}),
        Response(TEXT, media_type="text/plain", headers={"Content-Encoding": "br"}),
        StreamingResponse(piecemeal(), media_type="application/zip"),
        FileResponse(__file__, media_type="text/plain"),
    ],
    ids=["archive", "short", "compressed already", "stream", "file"],
)
def test_other_answers_stay_as_they_are(answer: Response) -> None:
    before = dict(answer.headers)
    assert dict(compressed(answer).headers) == before


def test_calls_of_a_page_are_answered_compressed(core: Core, browser: Browser, maria: Person) -> None:
    page = browser.sign_in("maria@uni.example", "correct horse battery")
    job_id = browser.call("job/new", page, job_name="Lecture").json()["JobId"]
    answer = browser.call("job/info", page, job_id=job_id, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = browser.call("job/info", page, job_id=job_id, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert json.loads(plain.text) == answer.json()
