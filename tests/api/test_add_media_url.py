"""`job/add_media_url`: a media file, or a page that embeds one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES
from tests.support.media.sound import spoken
from tests.support.webserver import WebServer

RUNS_ON = DATABASES


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("recording") / "speech.wav", seconds=4).read_bytes()


@pytest.fixture
def web(recording: bytes) -> Iterator[WebServer]:
    page = b'<!DOCTYPE html><html><video src="/film.wav"></video></html>'
    with WebServer({"/film.wav": recording, "/page.html": page, "/empty.html": b"<html></html>"}) as server:
        yield server


def test_a_page_is_searched_for_its_media(client: Client, web: WebServer) -> None:
    job = client.new_job()
    client.get("job/add_media_url", job_id=job, media_url=f"{web.base_url}/page.html")
    client.wait(job, lambda found: "MediaLengthSeconds" in found)
    assert [request.path for request in web.requests] == ["/page.html", "/film.wav"]


def test_add_media_url_accepts_a_media_file_as_it_is(client: Client, web: WebServer) -> None:
    job = client.new_job()
    client.get("job/add_media_url", job_id=job, media_url=f"{web.base_url}/film.wav")
    client.wait(job, lambda found: "MediaLengthSeconds" in found)


@pytest.mark.parametrize("call", ["job/add_media", "job/add_media_url"])
def test_media_for_an_ordered_job_is_refused(client: Client, finished: str, call: str) -> None:
    answer = client.get(call, job_id=finished, media_url="http://127.0.0.1:9/film.wav")
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert "ordered already" in answer.json()["ErrorComment"]
