"""A recording with several audio tracks through the front door."""

from __future__ import annotations

from pathlib import Path

from scribedock import app
from tests.support.client import Client
from tests.support.fixtures import SPEECH_S
from tests.support.media.ffmpeg import make


def test_the_track_with_speech_is_transcribed_and_recorded(
    client: Client, services: app.Services, speech: Path, tmp_path: Path
) -> None:
    inputs = ("-f", "lavfi", "-i", f"sine=440:duration={SPEECH_S}", "-i", str(speech))
    path = make(tmp_path / "tracks.mkv", *inputs, "-map", "0:a", "-map", "1:a", "-c:a", "flac")
    job = client.new_job()
    client.upload(job, path)
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"
    assert "library" in client.get("job/get_transcript", job_id=job).text
    media = services.media.media_of_job(job)
    assert media is not None and media.audio_track == 1
