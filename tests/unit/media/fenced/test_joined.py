"""Two recordings in one file, one after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.media.audio import DecodedAudio, decode
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import make, tone

RATE = 16_000
FIRST_S, SECOND_S = 1.5, 2.0
KINDS = {
    "wav": (),
    "w64": (),
    "aiff": (),
    "caf": (),
    "au": (),
    "flac": (),
    "mp3": (),
    "ogg": (),
    "opus": (),
    "aac": (),
    "ac3": (),
    "m4a": (),
    "mp4": ("-movflags", "+faststart"),
    "mov": (),
    "mka": (),
    "webm": ("-c:a", "libopus"),
    "ts": (),
    "mpg": ("-c:a", "mp2", "-ar", "44100"),
    "avi": (),
    "flv": ("-ar", "44100"),
    "wma": (),
    "tta": (),
    "wv": (),
}


def joined(folder: Path, extension: str, *second: str) -> Path:
    """Return a tone of 440 Hz, and one of 880 Hz, which `second` may make different."""
    flags = KINDS[extension]
    one = tone(folder / f"one.{extension}", *flags, seconds=FIRST_S)
    inputs = ("-f", "lavfi", "-i", f"sine=880:duration={SECOND_S}")
    two = make(folder / f"two.{extension}", *inputs, *flags, *second)
    path = folder / f"joined.{extension}"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    return path


def heard(path: Path) -> tuple[DecodedAudio, list[int]]:
    """Return what was decoded, and the pitch of each half second, in Hz."""
    destination = path.with_suffix(".pcm")
    decoded = decode(path, destination, Limits())
    sound = np.fromfile(destination, dtype="<i2")
    half = RATE // 2
    parts = [sound[at : at + half] for at in range(half // 2, len(sound) - half, half)]
    spectra = [np.abs(np.fft.rfft(part * np.hanning(half))) for part in parts]
    return decoded, [round(int(np.argmax(spectrum)) * RATE / half / 10) * 10 for spectrum in spectra]


@pytest.mark.parametrize("extension", KINDS)
def test_both_recordings_are_read(tmp_path: Path, extension: str) -> None:
    decoded, pitches = heard(joined(tmp_path, extension))
    assert decoded.audio_bytes / 2 / RATE == pytest.approx(FIRST_S + SECOND_S, abs=0.2)
    assert pitches[:2] == [440, 440] and pitches[-3:] == [880, 880, 880]
    assert decoded.unread_bytes == 0


@pytest.mark.parametrize("extension", ["wav", "mp3", "ogg", "flac", "m4a", "mka"])
def test_the_second_may_be_of_another_rate_and_shape(tmp_path: Path, extension: str) -> None:
    decoded, pitches = heard(joined(tmp_path, extension, "-ar", "24000", "-ac", "2"))
    assert decoded.audio_bytes / 2 / RATE == pytest.approx(FIRST_S + SECOND_S, abs=0.3)
    assert pitches[0] == 440 and pitches[-2:] == [880, 880]


def test_an_unreadable_second_recording_is_reported(tmp_path: Path) -> None:
    whole = tone(tmp_path / "whole.m4a", seconds=FIRST_S).read_bytes()
    path = tmp_path / "joined.m4a"
    path.write_bytes(whole + whole[: len(whole) // 2])
    decoded, pitches = heard(path)
    assert decoded.unread_bytes == len(whole) // 2
    assert decoded.audio_bytes / 2 / RATE == pytest.approx(FIRST_S, abs=0.1)
    assert set(pitches) == {440}


def test_trailing_bytes_that_are_no_recording_are_ignored(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", seconds=FIRST_S)
    path.write_bytes(path.read_bytes() + b"RIFF" + bytes(range(256)) * 100)
    decoded, _ = heard(path)
    assert (len(decoded.parts), decoded.unread_bytes) == (1, 0)


def test_joined_recordings_may_not_be_longer_together_than_one_alone(tmp_path: Path) -> None:
    path = joined(tmp_path, "wav")
    with pytest.raises(MediaUnusable, match="longer than the limit of 3 seconds"):
        decode(path, tmp_path / "a.pcm", Limits(max_duration_s=3))


def test_no_more_than_wanted_is_read(tmp_path: Path) -> None:
    decoded = decode(joined(tmp_path, "wav"), tmp_path / "a.pcm", Limits(), at_most_s=1)
    assert len(decoded.parts) == 1
