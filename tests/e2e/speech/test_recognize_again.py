"""A stretch that was blanked out and recognized again: by a real model, and by a server that is killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.media.sound import spoken
from tests.support.models.pulled import pulled
from tests.support.stretches import asked_for, ended, said_in, stretches
from tests.support.waiting import wait_until

OWN = {"kind": "correction"}
NEAR_MS = 250  # between the times of a word that is recognized twice, with other sound around it
SOME_S = 16


def corrected(client: Client, recording: Path) -> tuple[str, dict[str, Any]]:
    """Return a job whose owner corrects it, and its list."""
    job = client.new_job()
    client.upload(job, recording)
    client.order(job)
    assert client.finished(job, within_s=300)["JobStatus"] == "Complete"
    assert client.post("review/take", job_id=job, **OWN).status_code == 200
    return job, dict(client.get("review/elementlist", job_id=job, **OWN).json())


def save(client: Client, job: str, base: str, removed: int, segments: list[Any]) -> httpx2.Response:
    query = {"v": "1", "api_token": client.token, "job_id": job, "base_version": base, "save_id": base, **OWN}
    body = json.dumps({"changes": [{"first": 0, "removed": removed, "segments": segments}]}).encode()
    return client.http.post("/api/review/save_segments", params=query, content=body)


def text_of(client: Client, job: str) -> str:
    return " ".join(client.get("job/get_transcript", job_id=job, create_paragraphs="false").text.split())


def starts(listed: dict[str, Any]) -> dict[str, int]:
    """Return when each word begins."""
    return {
        token["value"]: token["start_time"]
        for segment in listed["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word"
    }


def test_words_that_were_blanked_out_are_back_as_they_were(tmp_path: Path, speech: Path) -> None:
    with OwnServer(tmp_path, speech_model=str(pulled("whisper-base")), workflow_poll_s="0.2") as server:
        client = Client(server).login()
        job, work = corrected(client, speech)
        whole, before = text_of(client, job), work["elementlist"]
        assert "library" in whole
        segments = before["segments"]
        sentence = segments[0]
        blank = {
            **sentence,
            "sequences": [
                {
                    **sentence["sequences"][0],
                    "start_time": sentence["start_time"],
                    "end_time": sentence["end_time"],
                    "tokens": [
                        {
                            "type": "sound",
                            "value": "[INAUDIBLE]",
                            "display_as": "[INAUDIBLE]",
                            "start_time": sentence["start_time"],
                            "end_time": sentence["end_time"],
                            "interpolated": False,
                            "tags": ["INAUDIBLE"],
                        }
                    ],
                }
            ],
        }
        blanked = save(client, job, work["version"], 1, [blank])
        assert blanked.status_code == 200, blanked.text

        stretch = sentence["start_time"] - 200, sentence["end_time"] + 200
        found = ended(client, job, asked_for(client, job, *stretch, language="auto", **OWN), **OWN)
        assert (found["status"], found["language"]) == ("COMPLETE", "en"), found
        assert "The language was identified: en" in found["notice"]
        words = [each for segment in found["segments"] for each in segment["sequences"]]
        assert all(0 < each["confidence_score"] <= 1 for each in words)
        again, first = starts({"segments": found["segments"]}), starts({"segments": [sentence]})
        assert list(again) == list(first)
        assert all(abs(again[word] - first[word]) <= NEAR_MS for word in first), (again, first)

        put_in = save(client, job, blanked.json()["version"], 1, found["segments"])
        assert put_in.status_code == 200, put_in.text
        task = client.post("review/realign", job_id=job, **OWN).json()["task_id"]
        wait_until(lambda: client.get("job/task_status", task_id=task).json()["TaskStatus"] == "COMPLETE")
        kept = client.get("review/elementlist", job_id=job, **OWN).json()["elementlist"]
        assert kept["segments"][: len(found["segments"])] == found["segments"], "its times are its own"
        assert client.post("review/approve", job_id=job, **OWN).status_code == 200
        assert text_of(client, job) == whole


def test_a_stretch_survives_a_server_that_is_killed(tmp_path: Path) -> None:
    settings = {"workflow_poll_s": "0.25", "speech_processes": "1", "speech_engine": "pocketsphinx"}
    server = OwnServer(tmp_path, **settings)
    server.start()
    client = Client(server).login()
    job, _ = corrected(client, spoken(tmp_path / "some.wav", seconds=SOME_S))
    task = asked_for(client, job, 0, 1000 * SOME_S, **OWN)
    wait_until(lambda: stretches(client, job, **OWN)[0]["status"] == "INPROGRESS")
    server.kill()
    server.start()
    client = Client(server).login()
    found = ended(client, job, task, **OWN)
    assert found["status"] == "COMPLETE", found
    assert "library" in said_in(found)
    assert not (server.data_dir / "work" / task).exists()
    assert server.stop() == 0
