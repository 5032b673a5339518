"""Proxies: what browsers play in place of a recording."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import SAMPLE_RATE, Limits
from scribedock.media.playback.browsers import playable_type
from scribedock.media.playback.proxies import make_sound_proxy, make_video_proxy
from scribedock.media.probe import MediaInfo, probe
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import PICTURE, make, video

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def proxy_of(path: Path, maker: object, track: int | None = None) -> tuple[Path, MediaInfo]:
    folder = path.parent / "proxy"
    folder.mkdir(exist_ok=True)
    made = folder / ("a.m4a" if maker is make_sound_proxy else "a.mp4")
    assert callable(maker)
    maker(probe(path, Limits(), track=track), path, made, Limits())
    return made, probe(made, Limits())


def test_the_sound_is_mono_at_32_kbit_a_second(tmp_path: Path) -> None:
    film = video(tmp_path / "a.mkv", *H264, "-c:a", "ac3", "-ac", "2", seconds=10)
    made, info = proxy_of(film, make_sound_proxy)
    assert (info.audio_codec, info.channels, info.has_video) == ("aac", 1, False)
    assert playable_type(info) == "audio/mp4"
    assert made.stat().st_size * 8 / 10 < 40_000
    assert info.duration_ms == pytest.approx(10_000, abs=50)


def test_sound_that_begins_later_than_the_picture_stays_where_it_is(tmp_path: Path) -> None:
    inputs = [each.format(seconds=4) for each in PICTURE]
    late = ("-itsoffset", "1.5", "-f", "lavfi", "-i", "sine=440:duration=2")
    film = make(tmp_path / "late.mkv", *inputs, *late, *H264, "-c:a", "flac")
    for maker in (make_sound_proxy, make_video_proxy):
        made, _ = proxy_of(film, maker)
        decode(made, tmp_path / "sound", Limits())
        heard = np.abs(np.frombuffer((tmp_path / "sound").read_bytes(), "<i2"))
        assert np.flatnonzero(heard > 1000)[0] / SAMPLE_RATE == pytest.approx(1.5, abs=0.05)


def test_only_the_container_is_changed_where_it_alone_is_at_fault(tmp_path: Path) -> None:
    film = video(tmp_path / "a.mkv", *H264, "-c:a", "aac", seconds=2)
    made, info = proxy_of(film, make_video_proxy)
    assert playable_type(info) == "video/mp4"
    assert packets(made) == packets(film)


def test_large_pictures_become_720p(tmp_path: Path) -> None:
    film = video(
        tmp_path / "a.mov", "-vf", "scale=1920:1080", "-c:v", "prores_ks", "-c:a", "pcm_s16le", seconds=0.5
    )
    made, info = proxy_of(film, make_video_proxy)
    assert playable_type(info) == "video/mp4"
    with av.open(str(made)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (1280, 720)


def test_the_track_that_was_transcribed_is_heard(tmp_path: Path) -> None:
    inputs = [each.format(seconds=2) for each in PICTURE]
    tracks = ("-f", "lavfi", "-i", "anullsrc", "-f", "lavfi", "-i", "sine=440:duration=2")
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a", "-t", "2")
    film = make(tmp_path / "dubbed.mp4", *inputs, *tracks, *maps, *H264)
    made, info = proxy_of(film, make_video_proxy, track=2)
    assert info.audio_streams == 1
    decode(made, tmp_path / "sound", Limits())
    assert np.abs(np.frombuffer((tmp_path / "sound").read_bytes(), "<i2")).max() > 1000


def test_a_damaged_recording_is_refused_with_the_reason(tmp_path: Path) -> None:
    film = video(tmp_path / "a.mkv", *H264, "-c:a", "ac3", seconds=1)
    info = probe(film, Limits())
    film.write_bytes(b"nothing")
    with pytest.raises(MediaUnusable, match=r"\(h264 and ac3 in matroska\) cannot be converted for browsers"):
        make_video_proxy(info, film, tmp_path / "a.mp4", Limits())


def packets(path: Path) -> list[int]:
    """Return the sizes of the pictures' packets, which do not change unless they are encoded again."""
    with av.open(str(path)) as container:
        return [packet.size for packet in container.demux(video=0) if packet.size]
