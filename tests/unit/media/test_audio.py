"""Decoding to the sound for a recognizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import make, tone, video

RATE = 16_000


def samples(path: Path, limits: Limits | None = None) -> np.ndarray:
    destination = path.with_suffix(".pcm")
    decoded = decode(path, destination, limits or Limits())
    assert destination.stat().st_size == decoded.audio_bytes
    return np.fromfile(destination, dtype="<i2")


def pitch(part: np.ndarray) -> float:
    """Return the strongest frequency of a part, in Hz."""
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    return float(np.argmax(spectrum) * RATE / len(part))


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.opus", "a.m4a", "a.mka"])
def test_a_tone_keeps_its_pitch_and_its_length(tmp_path: Path, name: str) -> None:
    sound = samples(tone(tmp_path / name))
    assert len(sound) / RATE == pytest.approx(5, abs=0.06)
    assert pitch(sound[RATE : 3 * RATE]) == pytest.approx(440, abs=1)


def test_six_channels_become_one(tmp_path: Path) -> None:
    sound = samples(tone(tmp_path / "surround.flac", "-ac", "6"))
    assert len(sound) / RATE == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("channel", ["FL", "FC", "BL"])
def test_speech_in_one_of_six_channels_is_heard(tmp_path: Path, channel: str) -> None:
    sound = samples(tone(tmp_path / "surround.flac", "-af", f"pan=5.1|{channel}=c0", seconds=2))
    assert np.abs(sound[RATE // 2 : RATE]).max() > 300
    assert pitch(sound[RATE // 2 : RATE]) == pytest.approx(440, abs=2)


def test_six_loud_channels_are_not_distorted_as_one(tmp_path: Path) -> None:
    loud = "volume=17dB,pan=5.1|FL=c0|FR=c0|FC=c0|BL=c0|BR=c0"
    sound = samples(tone(tmp_path / "surround.flac", "-af", loud, seconds=2))[RATE // 2 : RATE]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    overtones = spectrum[int(1000 * len(sound) / RATE) :]
    assert overtones.max() < spectrum.max() / 100


def test_an_mp3_of_variable_rate_without_an_index_keeps_its_length(tmp_path: Path) -> None:
    half_silent = "volume=enable='lt(t,5)':volume=0"
    variable = ("-q:a", "9", "-write_xing", "0")
    sound = samples(tone(tmp_path / "a.mp3", "-af", half_silent, *variable, seconds=10))
    assert len(sound) / RATE == pytest.approx(10, abs=0.1)
    loud = np.flatnonzero(np.abs(sound) > 1000)
    assert loud[0] / RATE == pytest.approx(5, abs=0.1)


def test_a_rate_that_changes_on_the_way_changes_neither_pitch_nor_length(tmp_path: Path) -> None:
    parts = [
        tone(tmp_path / f"{rate}.aac", "-ar", str(rate), "-ac", str(channels), seconds=2).read_bytes()
        for rate, channels in ((44_100, 1), (22_050, 2), (48_000, 1))
    ]
    path = tmp_path / "changing.aac"
    path.write_bytes(b"".join(parts))
    sound = samples(path)
    assert len(sound) / RATE == pytest.approx(6, abs=0.3)
    for begin in (0.5, 2.6, 4.7):
        part = sound[int(begin * RATE) : int((begin + 1) * RATE)]
        assert pitch(part) == pytest.approx(440, abs=2)


def test_pictures_of_a_variable_rate_do_not_move_the_sound(tmp_path: Path) -> None:
    few = ("-vf", "select='lt(mod(n,10),3)'", "-fps_mode", "vfr")
    late = ("-af", "volume=enable='lt(t,3)':volume=0")
    sound = samples(video(tmp_path / "a.mkv", *few, *late, "-c:a", "flac"))
    assert len(sound) / RATE == pytest.approx(5, abs=0.3)
    assert np.flatnonzero(np.abs(sound) > 1000)[0] / RATE == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("name", ["a.ts", "a.mkv", "a.mov"])
def test_a_recording_whose_time_stamps_do_not_begin_at_zero_begins_at_once(tmp_path: Path, name: str) -> None:
    sound = samples(video(tmp_path / name, "-ar", "44100", "-output_ts_offset", "3600"))
    assert len(sound) / RATE == pytest.approx(5, abs=0.15)
    assert np.abs(sound[int(0.1 * RATE) : int(0.3 * RATE)]).max() > 1000


def test_sound_that_begins_before_the_picture_keeps_its_beginning(tmp_path: Path) -> None:
    picture = ("-itsoffset", "2", "-f", "lavfi", "-i", "testsrc=duration=3:size=320x240:rate=25")
    sound = ("-f", "lavfi", "-i", "sine=440:duration=5")
    heard = samples(make(tmp_path / "early.mkv", *picture, *sound, "-c:a", "flac"))
    assert len(heard) / RATE == pytest.approx(5, abs=0.05)
    assert np.abs(heard[: RATE // 4]).max() > 1000


def test_sound_that_begins_after_the_picture_is_moved_to_its_place(tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "testsrc=duration=5:size=320x240:rate=25")
    sound = ("-itsoffset", "2", "-f", "lavfi", "-i", "sine=440:duration=5")
    heard = samples(make(tmp_path / "late.mp4", *picture, *sound, "-shortest"))
    assert np.abs(heard[: int(1.9 * RATE)]).max() < 100
    assert np.abs(heard[int(2.2 * RATE) : 3 * RATE]).max() > 1000


def test_a_gap_in_the_time_stamps_becomes_silence(tmp_path: Path) -> None:
    chopped = "aselect='not(between(t,1,3))'"
    path = tone(tmp_path / "gap.mka", "-af", chopped, "-c:a", "pcm_s16le")
    heard = samples(path)
    assert len(heard) / RATE == pytest.approx(5, abs=0.1)
    assert np.abs(heard[int(1.3 * RATE) : int(2.7 * RATE)]).max() < 100


def test_a_truncated_mp3_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = tone(tmp_path / "whole.mp3").read_bytes()
    path = tmp_path / "cut.mp3"
    path.write_bytes(whole[: len(whole) // 2])
    assert len(samples(path)) / RATE == pytest.approx(2.5, abs=0.1)


def test_damaged_packets_are_skipped(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.mp3")
    mp3 = bytearray(path.read_bytes())
    middle = len(mp3) // 2
    mp3[middle : middle + 600] = b"\x55" * 600
    path.write_bytes(mp3)
    assert len(samples(path)) / RATE == pytest.approx(5, abs=0.5)


def test_much_silence_in_a_small_file_ends_at_the_limit(tmp_path: Path) -> None:
    silence = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "600", "-b:a", "6k")
    path = make(tmp_path / "bomb.opus", *silence)
    assert path.stat().st_size < 1024**2 / 2
    destination = tmp_path / "bomb.pcm"
    with pytest.raises(MediaUnusable, match=r"longer than the limit of 60 seconds"):
        decode(path, destination, Limits(max_duration_s=60))
    assert sorted(tmp_path.iterdir()) == [path]


def test_nothing_appears_where_the_audio_should_be_until_it_is_whole(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    destination = tmp_path / "a.pcm"
    seen = []
    decode(path, destination, Limits(), progress=lambda share: seen.append(destination.exists()))
    assert seen and not any(seen)
    assert destination.exists()


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    decode(tone(tmp_path / "a.wav", seconds=60), tmp_path / "a.pcm", Limits(), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
    assert len(shares) <= 101


def test_a_decoder_short_of_memory_makes_the_recording_unusable(tmp_path: Path) -> None:
    frames_of_8_mb = ("-ac", "8", "-ar", "192000", "-sample_fmt", "s32")
    path = tone(tmp_path / "a.tta", *frames_of_8_mb)
    with pytest.raises(MediaUnusable):
        decode(path, tmp_path / "a.pcm", Limits(memory=1024**2))
    assert decode(path, tmp_path / "a.pcm", Limits())
