"""What scribedock does with programs that a system may have: apertium translates, espeak-ng speaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.fixtures import QUICK
from tests.support.media.videos import streams

pytestmark = pytest.mark.trials


@pytest.fixture(scope="module")
def equipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    for program in ("apertium", "espeak-ng"):
        assert shutil.which(program), f"these trials need {program}"
    with OwnServer(tmp_path_factory.mktemp("equipped"), **QUICK) as server:
        yield server


def test_apertium_translates_where_there_is_no_model(equipped: OwnServer) -> None:
    client = Client(equipped).login()
    with services_of(equipped) as services:
        job = finished_job(services, say("the sea is deep.", "she has 3 < 4 boats!"), fidelity=Fidelity.HIGH)
    answer = client.get("job/translate", job_id=job, target_languages="es")
    assert answer.status_code == 201, answer.text
    [child] = answer.json()["translation_job_ids"]
    assert client.finished(child)["JobStatus"] == "Complete"
    transcript = client.get("job/get_caption", job_id=child, caption_format="TRANSCRIPT").text
    assert transcript.split() == "El mar tiene mucho fondo. Tiene 3 < 4 botes!".split()


def test_the_audio_description_is_spoken(equipped: OwnServer, speech: Path, tmp_path: Path) -> None:
    client = Client(equipped).login()
    job = client.new_job()
    client.upload(job, speech)
    given = {"job_id": job, "media_type": "mp3", "text_to_speech": "true"}
    assert error_of(client.get("job/download_media", **given)) == (400, "ITEM_NOT_FOUND")
    with services_of(equipped) as services:
        services.elementlists.describe(job, to_json(say("A man enters the room.", "He sits down.", gap=1000)))
    answer = client.get("job/download_media", **given)
    assert answer.status_code == 200, answer.text
    made = tmp_path / "spoken.mp3"
    made.write_bytes(answer.content)
    assert streams(made) == {"audio": "mp3float"}
    undescribed = client.get("job/download_media", job_id=job, media_type="mp3")
    assert answer.content != undescribed.content


def test_without_a_speech_synthesizer_the_error_names_the_operator(
    tmp_path: Path, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with OwnServer(tmp_path / "bare", **QUICK) as bare:
        client = Client(bare).login()
        job = client.new_job()
        client.upload(job, speech)
        answer = client.get("job/download_media", job_id=job, media_type="mp3", text_to_speech="true")
        assert error_of(answer) == (400, "INVALID_OPTION")
        assert "espeak-ng" in answer.json()["ErrorComment"]
