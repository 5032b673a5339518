"""`speaker_id`: an order that asks for it gets a diarization."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.accounts import child, command, name_of
from tests.support.client import Client
from tests.support.media.sound import dialogue, write_wav

TEXT = "Welcome to a small library by the sea."


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, who speak for five and for six seconds."""
    return write_wav(tmp_path_factory.mktemp("conversation") / "conversation.wav", dialogue(10, turn_s=5))


def elementlist(client: Client, job: str) -> dict[str, Any]:
    return dict(client.get("job/get_elementlist", job_id=job).json())


def test_two_voices_are_two_speakers(client: Client, conversation: Path) -> None:
    job = client.new_job(expected_speakers="2")
    client.upload(job, conversation)
    client.order(job, options=json.dumps({"speaker_id": True}))
    info = client.finished(job)
    assert "Diarization found 2 speakers" in info["Notice"]
    found = elementlist(client, job)
    assert [(speaker["id"], speaker["name"]) for speaker in found["speakers"]] == [
        (1, "Speaker 1"),
        (2, "Speaker 2"),
    ]
    assert {segment["speaker_id"] for segment in found["segments"] if segment["end_time"] < 5000} == {1}
    assert {segment["speaker_id"] for segment in found["segments"] if segment["start_time"] > 5000} == {2}
    changes = [segment["speaker_id"] for segment in found["segments"] if segment["speaker_change"]]
    assert changes == [1, 2]
    caption = client.get("job/get_caption", job_id=job, caption_format="TRANSCRIPT").text
    assert ">> Speaker 2:" in caption


def test_a_reviewer_gives_the_speakers_their_names(client: Client, conversation: Path) -> None:
    ann = reviewer(client)
    job = ann.new_job(expected_speakers="2")
    ann.upload(job, conversation)
    ann.order(job, transcription_fidelity="PREMIUM", options=json.dumps({"speaker_id": True}))
    ann.wait(job, lambda info: info["JobStatus"] == "Reviewing")
    assert ann.post("review/take", job_id=job).json() == {"iwp_name": "PREMIUM"}
    assert ann.post("review/approve", job_id=job).json() == {"JobStatus": "Reviewing"}
    assert ann.post("review/take", job_id=job).json() == {"iwp_name": "SPEAKER_ID"}
    work = ann.get("review/elementlist", job_id=job).json()
    found = work["elementlist"]
    for speaker, name in zip(found["speakers"], ("Ada", "Grace"), strict=True):
        speaker["name"] = name
    query = {"v": "1", "api_token": ann.token, "job_id": job, "base_version": work["version"]}
    assert ann.http.post("/api/review/save", params=query, json=found).status_code == 200
    assert ann.post("review/approve", job_id=job).json() == {"JobStatus": "Complete"}
    captions = ann.get("job/get_caption", job_id=job, caption_format="TRANSCRIPT").text
    assert ">> Ada:" in captions
    assert ">> Grace:" in captions
    assert "Speaker" not in captions


def reviewer(client: Client) -> Client:
    """Reviews the jobs of an account of its own, and nobody else's."""
    account = child(child(client, "customer"), "ann")
    command(client.server, "account", "reviewer", name_of(account))
    return account


def test_a_given_transcript_gets_a_diarization_as_well(client: Client, speech: Path) -> None:
    job = client.new_job(expected_speakers="1")
    client.upload(job, speech)
    query = {"v": "1", "api_token": client.token, "job_id": job}
    assert client.http.post("/api/job/add_transcript", params=query, content=TEXT).status_code == 200
    client.order(job, options=json.dumps({"speaker_id": True}))
    assert client.finished(job)["Notice"].endswith("check the names, and where speakers change.")
    found = elementlist(client, job)
    assert [speaker["name"] for speaker in found["speakers"]] == ["Speaker 1"]
    assert [segment["speaker_id"] for segment in found["segments"]] == [1]


def test_where_the_number_of_speakers_is_not_known_nobody_is_named_and_info_says_why(
    client: Client, speech: Path
) -> None:
    job = client.new_job()
    client.upload(job, speech)
    client.order(job, options=json.dumps({"speaker_id": True}))
    assert "set expected_speakers" in client.finished(job)["Notice"]
    assert elementlist(client, job)["speakers"] == []


def test_without_the_option_nobody_is_named(client: Client, finished: str) -> None:
    found = elementlist(client, finished)
    assert found["speakers"] == []
    assert not any("speaker_id" in segment for segment in found["segments"])
    assert "Notice" not in client.info(finished)
