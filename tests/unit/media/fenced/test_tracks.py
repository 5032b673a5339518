"""Recordings with several audio tracks, distinguished by their pitch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import make

RATE = 16_000
PITCHES = (300, 500, 700)


def tracks(path: Path, *arguments: str) -> Path:
    inputs = [argument for pitch in PITCHES for argument in ("-f", "lavfi", "-i", f"sine={pitch}:duration=2")]
    maps = [argument for number in range(len(PITCHES)) for argument in ("-map", f"{number}:a")]
    return make(path, *inputs, *maps, *arguments)


def heard(path: Path, track: int | None = None) -> float:
    """Return the pitch of what is decoded, in Hz."""
    destination = path.with_suffix(".pcm")
    decode(path, destination, Limits(), track=track)
    sound = np.fromfile(destination, dtype="<i2")[RATE // 2 : RATE]
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * RATE / len(sound))


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov", "a.ts"])
def test_the_track_that_is_asked_for_is_decoded(tmp_path: Path, name: str) -> None:
    path = tracks(tmp_path / name, "-ar", "44100")
    assert [heard(path, track) for track in range(3)] == pytest.approx(PITCHES, abs=3)


def test_comments_and_descriptions_come_last_wherever_they_are(tmp_path: Path) -> None:
    aside = ("-disposition:a:0", "comment", "-disposition:a:1", "visual_impaired", "-disposition:a:2", "0")
    path = tracks(tmp_path / "a.mkv", "-c:a", "flac", *aside)
    assert probe(path, Limits()).audio_stream == 2
    assert heard(path) == pytest.approx(PITCHES[2], abs=3)


def test_the_default_track_comes_first(tmp_path: Path) -> None:
    default = ("-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:a:2", "0")
    path = tracks(tmp_path / "a.mkv", "-c:a", "flac", *default)
    decoded = decode(path, tmp_path / "a.pcm", Limits())
    assert decoded.track == decoded.tracks[0] == 1
    assert sorted(decoded.tracks) == [0, 1, 2]


def test_a_track_that_cannot_be_decoded_is_skipped(tmp_path: Path) -> None:
    inputs = ("-f", "lavfi", "-i", "sine=300:duration=2", "-f", "lavfi", "-i", "sine=500:duration=2")
    maps = ("-map", "0:a", "-map", "1:a", "-c:a", "flac", "-disposition:a:0", "default")
    path = make(tmp_path / "a.mkv", *inputs, *maps, "-filter:a:0", "atrim=end_sample=0")
    assert heard(path) == pytest.approx(500, abs=3)


def test_no_more_of_a_track_is_decoded_than_is_wanted(tmp_path: Path) -> None:
    path = tracks(tmp_path / "a.mkv", "-c:a", "flac")
    decoded = decode(path, tmp_path / "a.pcm", Limits(), track=1, at_most_s=1)
    assert RATE <= decoded.audio_bytes // 2 < 1.3 * RATE


def test_a_probe_describes_the_requested_track(tmp_path: Path) -> None:
    path = tracks(tmp_path / "a.mkv", "-c:a:0", "flac", "-c:a:1", "libopus", "-c:a:2", "flac")
    assert probe(path, Limits(), track=1).audio_codec == "opus"


def test_a_missing_track_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MediaUnusable, match="tracks is gone"):
        probe(tracks(tmp_path / "a.mkv"), Limits(), track=7)
