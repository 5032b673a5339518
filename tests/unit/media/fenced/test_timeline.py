"""Where decoded sound begins, in every container: as far from its beginning as a player shows it.

The judge is FFmpeg itself, without our list of decoders: the time of the first loud sample, less the start
time of the container (as ffprobe's `format=start_time`, and what Chromium's player subtracts).
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from tests.support.media.ffmpeg import make

RATE = 16_000
LATE_S = 1.2
LENGTH_S = 2.4
PICTURE = "testsrc=duration={}:size=160x120:rate=25"
TONE = "sine=440:duration={}"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
CONTAINERS = {
    "mp4": H264,
    "mov": H264,
    "mkv": H264,
    "ts": H264,
    "flv": (*H264, "-ar", "44100"),
    "webm": VP8,
    "nut": ("-c:v", "mpeg4", "-c:a", "mp2"),
    "asf": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "mpg": ("-c:v", "mpeg1video", "-c:a", "mp2", "-ar", "44100"),
}
SOUNDS = {
    "wav": (),
    "mp3": (),
    "flac": (),
    "ogg": (),
    "opus": (),
    "m4a": (),
    "aac": (),
    "mka": ("-c:a", "libopus"),
    "aiff": (),
    "caf": (),
    "wma": (),
    "avi": (),
}


def picture(seconds: float) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", PICTURE.format(seconds))


def sound(seconds: float) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", TONE.format(seconds))


def late(seconds: float) -> tuple[str, ...]:
    return ("-itsoffset", str(seconds))


def shown_at_s(path: Path) -> float:
    """Return where a player has the first loud sample."""
    with av.open(str(path)) as container:
        zero_s = (container.start_time or 0) / av.time_base
        resampler = av.AudioResampler("fltp", "mono", RATE)
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                loud = np.flatnonzero(np.abs(part.to_ndarray()[0]) > 0.05)
                if len(loud):
                    assert part.pts is not None and part.time_base is not None
                    return float(part.pts * part.time_base) + loud[0] / RATE - zero_s
    raise AssertionError("there is no sound in it")


def heard_at_s(path: Path) -> float:
    """Return where we have it."""
    destination = path.with_suffix(".pcm")
    decode(path, destination, Limits())
    loud = np.flatnonzero(np.abs(np.fromfile(destination, dtype="<i2")) > 0.05 * 32768)
    return float(loud[0]) / RATE


def check(path: Path, about_s: float) -> None:
    """Within the length of a packet, which is what containers and encoders are exact to."""
    heard = heard_at_s(path)
    assert heard == pytest.approx(shown_at_s(path), abs=0.03)
    assert heard == pytest.approx(about_s, abs=0.11)


@pytest.mark.parametrize("extension", CONTAINERS)
def test_sound_that_begins_after_the_picture_is_late(tmp_path: Path, extension: str) -> None:
    inputs = (*picture(LENGTH_S), *late(LATE_S), *sound(LENGTH_S - LATE_S))
    path = make(tmp_path / f"late.{extension}", *inputs, *CONTAINERS[extension])
    check(path, LATE_S)
    assert probe(path, Limits()).duration_ms == pytest.approx(1000 * LENGTH_S, abs=150)


@pytest.mark.parametrize("extension", CONTAINERS)
def test_sound_that_begins_before_the_picture_begins_at_once(tmp_path: Path, extension: str) -> None:
    inputs = (*late(LATE_S), *picture(LENGTH_S - LATE_S), *sound(LENGTH_S))
    check(make(tmp_path / f"early.{extension}", *inputs, *CONTAINERS[extension]), 0)


@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv", "ts", "webm"])
def test_time_stamps_may_begin_anywhere(tmp_path: Path, extension: str) -> None:
    inputs = (*picture(LENGTH_S), *late(LATE_S), *sound(LENGTH_S - LATE_S))
    moved = ("-output_ts_offset", "500")
    check(make(tmp_path / f"moved.{extension}", *inputs, *CONTAINERS[extension], *moved), LATE_S)


@pytest.mark.parametrize("extension", SOUNDS)
def test_sound_alone_begins_at_once_whatever_its_encoder_put_before_it(
    tmp_path: Path, extension: str
) -> None:
    check(make(tmp_path / f"alone.{extension}", *sound(LENGTH_S), *SOUNDS[extension]), 0)


@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv"])
def test_what_an_edit_list_or_a_cut_removes_is_not_heard(tmp_path: Path, extension: str) -> None:
    """Cut without encoding again: the picture begins at the key frame before, which an edit list hides."""
    inputs = (*picture(LENGTH_S), *late(LATE_S), *sound(LENGTH_S - LATE_S))
    whole = make(tmp_path / f"whole.{extension}", *inputs, *CONTAINERS[extension], "-g", "100")
    cut = make(tmp_path / f"cut.{extension}", "-ss", "0.6", "-i", str(whole), "-c", "copy")
    check(cut, shown_at_s(cut))


def test_pictures_that_are_shown_in_another_order_than_they_are_stored_begin_with_the_first_shown(
    tmp_path: Path,
) -> None:
    inputs = (*picture(LENGTH_S), *late(LATE_S), *sound(LENGTH_S - LATE_S))
    flags = ("-c:v", "libx264", "-bf", "8", "-x264-params", "b-pyramid=normal:open-gop=1")
    check(make(tmp_path / "reordered.mkv", *inputs, *flags, "-c:a", "flac"), LATE_S)


def test_a_cover_does_not_affect_time_zero(tmp_path: Path) -> None:
    cover = make(tmp_path / "cover.png", *picture(0.04), "-frames:v", "1")
    inputs = (*sound(LENGTH_S), "-i", str(cover))
    flags = ("-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v:0", "attached_pic")
    check(make(tmp_path / "cover.m4a", *inputs, *flags), 0)
