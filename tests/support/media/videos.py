"""Jobs with media of all kinds, for the calls that give media back."""

from __future__ import annotations

import time
from pathlib import Path

import av
import pytest

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.results.signed_links import MEDIA, verify
from tests.support.client import Client
from tests.support.media.ffmpeg import video


@pytest.fixture(scope="module")
def filmed(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a job with a short film in WebM."""
    client = Client(server).login()
    job = client.new_job(job_name="Tides & Æther / part 1")
    client.upload(job, video(tmp_path_factory.mktemp("film") / "film.webm", seconds=2))
    return job


@pytest.fixture(scope="module")
def recorded(server: OwnServer, speech: Path) -> str:
    """Return a job with a sound recording."""
    client = Client(server).login()
    job = client.new_job(job_name="sound")
    client.upload(job, speech)
    return job


def streams(path: Path) -> dict[str, str]:
    """Kind and codec of each stream; every packet is decoded on the way."""
    with av.open(str(path)) as container:
        for _ in container.decode():
            pass
        return {stream.type: stream.codec_context.name for stream in container.streams}


def stored_key(services: app.Services, url: str) -> str:
    """Return where the file behind a link lies in the store."""
    token = url.rsplit("/", 1)[1].partition(".")[0]
    found = services.renditions.find_rendition(verify(token, MEDIA, services.keys.upload.all(), time.time()))
    assert found is not None and found.storage_key is not None
    return found.storage_key
