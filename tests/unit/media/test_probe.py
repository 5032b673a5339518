"""What the probe finds in good and in bad recordings."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import make, silent_video, tone, video


def reason(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(MediaUnusable) as caught:
        probe(path, limits or Limits())
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.wav", "pcm_s16le"),
        ("a.aiff", "pcm_s16be"),
        ("a.mp3", "mp3float"),
        ("a.flac", "flac"),
        ("a.ogg", None),
        ("a.opus", "opus"),
        ("a.m4a", "aac"),
        ("a.aac", "aac"),
        ("a.wma", "wmav2"),
        ("a.mka", None),
        ("a.webm", None),
        ("a.ac3", "ac3"),
        ("a.au", "pcm_s16be"),
        ("a.caf", None),
        ("a.wv", "wavpack"),
    ],
)
def test_the_length_of_every_common_audio_file_is_found(tmp_path: Path, name: str, codec: str | None) -> None:
    info = probe(tone(tmp_path / name), Limits())
    assert info.duration_ms == pytest.approx(5000, abs=60)
    assert codec is None or info.audio_codec == codec
    assert not info.has_video


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi", "a.ts", "a.flv", "a.mpg", "a.mxf"])
def test_the_length_of_every_common_video_file_is_found(tmp_path: Path, name: str) -> None:
    rate = ("-ar", "48000") if name == "a.mxf" else ("-ar", "44100")
    info = probe(video(tmp_path / name, *rate), Limits())
    assert info.duration_ms == pytest.approx(5000, abs=120)
    assert info.has_video


def test_the_audio_stream_is_found_among_several(tmp_path: Path) -> None:
    inputs = ("-f", "lavfi", "-i", "sine=440:duration=3") * 2
    path = make(tmp_path / "two.mkv", *inputs, "-map", "0:a", "-map", "1:a", "-c:a", "flac")
    assert probe(path, Limits()).audio_streams == 2


def test_six_channels_are_counted(tmp_path: Path) -> None:
    assert probe(tone(tmp_path / "surround.flac", "-ac", "6"), Limits()).channels == 6


def test_an_empty_file_is_unusable(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp3"
    path.touch()
    assert reason(path) == "The file is empty."


def test_a_text_file_is_unusable_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "text.mp3"
    path.write_text("These words are no recording.\n" * 100)
    assert reason(path).startswith("This is not a recording that can be read")


def test_random_bytes_are_unusable(tmp_path: Path) -> None:
    path = tmp_path / "random.mp4"
    path.write_bytes(os.urandom(100_000))
    reason(path)


def test_a_video_without_sound_is_unusable(tmp_path: Path) -> None:
    assert reason(silent_video(tmp_path / "mute.mp4")) == "The video has no sound."


def test_a_recording_of_no_samples_is_unusable(tmp_path: Path) -> None:
    path = make(tmp_path / "zero.wav", "-f", "lavfi", "-i", "anullsrc=r=16000", "-t", "0")
    assert "0 seconds" in reason(path)


def test_an_mp4_cut_off_before_its_index_is_unusable(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.mp4").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    assert "index is missing" in reason(path)


def test_an_mp4_cut_off_after_its_index_is_unusable(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.mp4", "-movflags", "+faststart").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut off in the middle" in reason(path)


def test_a_recording_longer_than_the_limit_is_unusable(tmp_path: Path) -> None:
    assert reason(tone(tmp_path / "long.wav"), Limits(max_duration_s=4)) == (
        "The recording is longer than the limit of 4 seconds."
    )


def test_a_header_that_promises_hours_is_not_believed_of_a_small_file(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav")
    wav = bytearray(path.read_bytes())
    at = wav.index(b"data") + 4
    wav[at : at + 4] = struct.pack("<I", 0x7FFFFFFF)
    path.write_bytes(wav)
    assert probe(path, Limits()).duration_ms == pytest.approx(5000, abs=60)


def test_huge_pictures_beside_the_sound_are_never_decoded(tmp_path: Path) -> None:
    inputs = ("-f", "lavfi", "-i", "color=size=16000x16000:rate=1:duration=1,format=gray")
    sound = ("-f", "lavfi", "-i", "sine=440:duration=5")
    path = make(tmp_path / "huge.mkv", *inputs, *sound, "-c:v", "png", "-c:a", "flac")
    assert probe(path, Limits(memory=200 * 1024**2)).duration_ms == pytest.approx(5000, abs=60)


def test_a_sample_rate_that_no_sound_has_is_unusable(tmp_path: Path) -> None:
    path = tmp_path / "slow.wav"
    data = bytes(40_000)
    layout = struct.pack("<IHHIIHH", 16, 1, 1, 1, 2, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + layout
    head += b"data" + struct.pack("<I", len(data))
    path.write_bytes(head + data)
    assert "samples a second" in reason(path)
