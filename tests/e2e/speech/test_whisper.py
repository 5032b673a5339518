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
        check_translation(client, speech)
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


def check_translation(client: Client, speech: Path) -> None:
    """Check that a French recording is translated into English, from its sound."""
    job = client.new_job(language="fr")
    client.upload(job, speech)
    client.order(job, target_language="en")
    assert client.finished(job)["JobStatus"] == "Complete"
    [child] = client.get("job/list_related", job_id=job).json()["related_jobs"]
    info = client.finished(child["job_id"])
    assert (info["JobStatus"], info["Engine"]) == ("Complete", "whisper (model)")
    assert info["Notice"].startswith("whisper (model) translated the recording itself, not the transcript")
    assert (info["WordsAligned"], info["WordsEstimated"]) == (0, len(tiny_whisper.TEXT.split()))
    said = client.get("job/get_transcript", job_id=child["job_id"], create_paragraphs="false").text
    assert tiny_whisper.TEXT in said
    assert client.get("job/get_elementlist", job_id=child["job_id"]).json()["language"] == "en"
