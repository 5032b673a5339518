"""Unusual recordings through the front door: their words, and the notices about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scribedock_captions.elementlist.codec import parse
from tests.support.client import Client
from tests.support.fixtures import SPEECH_S
from tests.support.media.ffmpeg import make
from tests.support.media.sound import RATE, pcm


def stereo(folder: Path, left: Any, right: Any) -> Path:
    """Return a float WAV file of two channels, between -1 and 1."""
    raw = folder / "stereo.f32"
    raw.write_bytes(np.stack([left, right], axis=1).astype("<f4").tobytes())
    return make(
        folder / "stereo.wav", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", str(raw), "-c", "copy"
    )


def voice() -> Any:
    return np.frombuffer(pcm(SPEECH_S), dtype="<i2").astype(np.float32) / 32768


def transcribed(client: Client, recording: Path) -> tuple[dict[str, Any], str, str]:
    """Return the info, the transcript in small letters, and the job."""
    job = client.new_job()
    client.upload(job, recording)
    client.order(job)
    info = client.finished(job)
    assert info["JobStatus"] == "Complete", info
    return info, client.get("job/get_transcript", job_id=job).text.lower(), job


def test_of_channels_that_cancel_each_other_out_only_one_is_transcribed(
    client: Client, tmp_path: Path
) -> None:
    info, transcript, _ = transcribed(client, stereo(tmp_path, voice(), -voice()))
    assert "library" in transcript
    assert info["Notice"].startswith("The channels of the recording cancel each other out: the ")


def test_the_channel_with_speech_is_transcribed_and_not_the_tone(client: Client, tmp_path: Path) -> None:
    time = np.arange(len(voice())) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 440 * time) * (1 + 0.3 * np.sin(2 * np.pi * 3 * time))
    info, transcript, _ = transcribed(client, stereo(tmp_path, tone, voice()))
    assert "library" in transcript
    assert "Nobody speaks in the left channel: the right one was transcribed alone." in info["Notice"]


@pytest.mark.parametrize("decibels", [100])
def test_speech_too_quiet_for_16_bits_is_amplified_before_it_is_cut_to_them(
    client: Client, tmp_path: Path, decibels: int
) -> None:
    quiet = voice() * 10 ** (-decibels / 20)
    info, transcript, _ = transcribed(client, stereo(tmp_path, quiet, quiet))
    assert "library" in transcript
    assert "The recording is quiet: it was amplified by" in info["Notice"]


def test_captions_begin_when_a_player_reaches_the_words(client: Client, speech: Path, tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", f"testsrc=duration={SPEECH_S + 3}:size=160x120:rate=25")
    flags = ("-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    path = make(tmp_path / "late.mkv", *picture, "-itsoffset", "3", "-i", str(speech), *flags)
    info, _, job = transcribed(client, path)
    assert info["MediaLengthSeconds"] == pytest.approx(SPEECH_S + 3, abs=0.2)
    words = parse(client.get("job/get_elementlist", job_id=job).content).segments
    assert 3000 <= words[0].start_time <= 4500


def test_the_second_of_two_recordings_in_one_file_is_transcribed_too(
    client: Client, speech: Path, tmp_path: Path
) -> None:
    path = tmp_path / "joined.wav"
    path.write_bytes(2 * speech.read_bytes())
    info, transcript, _ = transcribed(client, path)
    assert info["MediaLengthSeconds"] == pytest.approx(2 * SPEECH_S, abs=0.1)
    assert transcript.count("library") == 2
    assert "The file holds 2 recordings" in info["Notice"]
