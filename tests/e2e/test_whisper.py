"""The main job with a faster-whisper model in place of pocketsphinx."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.models import tiny_whisper


def test_a_whisper_model_does_the_main_job(tmp_path: Path, speech: Path) -> None:
    model = tiny_whisper.build(tmp_path / "model", language="fr")
    with OwnServer(tmp_path, speech_model=str(model), workflow_poll_s="0.1") as server:
        client = Client(server).login()
        job = client.new_job(language="auto")
        client.upload(job, speech)
        refused = client.post(
            "job/perform_transcription",
            job_id=job,
            transcription_fidelity="MECHANICAL",
            target_language="de",
        )
        assert "translate" in refused.json()["ErrorComment"]
        client.order(job)
        info = client.finished(job)
        assert (info["JobStatus"], info["Engine"]) == ("Complete", "whisper (model)")
        assert info["SourceLanguage"] == "fr"
        assert "The language was identified: fr" in info["Notice"]
        text = client.get("job/get_transcript", job_id=job, create_paragraphs="false").text
        elementlist = client.get("job/get_elementlist", job_id=job).json()
    assert tiny_whisper.TEXT in text
    assert elementlist["language"] == "fr"
    words = [
        sequence
        for segment in elementlist["segments"]
        for sequence in segment["sequences"]
        if sequence["tokens"][0]["type"] == "word"
    ]
    assert all(0 < word["confidence_score"] <= 1 for word in words)
    assert all(word["start_time"] < word["end_time"] for word in words)
