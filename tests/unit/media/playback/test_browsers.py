"""Which recordings browsers play as they are, and how the others become playable."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.media.limits import Limits
from scribedock.media.playback.browsers import PictureWay, in_words, picture_way, playable_type
from scribedock.media.probe import probe
from tests.support.media.ffmpeg import PICTURE, TONE, make, tone, video

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("a.mp3", (), "audio/mpeg"),
        ("a.wav", (), "audio/wav"),
        ("a.flac", (), "audio/flac"),
        ("a.ogg", ("-c:a", "libopus"), "audio/ogg"),
        ("a.m4a", (), "audio/mp4"),
        ("a.aac", (), "audio/aac"),
        ("a.weba", ("-c:a", "libopus", "-f", "webm"), "audio/webm"),
        ("a.aiff", (), None),
        ("a.wma", (), None),
        ("a.ac3", (), None),
        ("a.amr", ("-ar", "8000", "-ac", "1", "-c:a", "libopencore_amrnb"), None),
        ("telephone.wav", ("-c:a", "adpcm_ms"), None),
        ("lossless.m4a", ("-c:a", "alac"), None),
    ],
)
def test_sound_is_played_as_it_is_where_all_browsers_know_it(
    tmp_path: Path, name: str, arguments: tuple[str, ...], expected: str | None
) -> None:
    assert playable_type(probe(tone(tmp_path / name, *arguments, seconds=1), Limits())) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "expected", "way"),
    [
        ("a.mp4", (*H264, "-c:a", "aac"), "video/mp4", PictureWay.COPIED),
        ("a.webm", ("-c:v", "libvpx", "-c:a", "libopus"), "video/webm", PictureWay.ENCODED),
        ("a.mkv", (*H264, "-c:a", "aac"), None, PictureWay.COPIED),
        ("vp9.mkv", ("-c:v", "libvpx-vp9", "-c:a", "libopus"), None, PictureWay.COPIED),
        ("cinema.mp4", (*H264, "-c:a", "ac3"), None, PictureWay.COPIED),
        ("a.ts", (*H264, "-c:a", "aac"), None, PictureWay.COPIED),
        ("ten-bits.mp4", ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"), None, PictureWay.ENCODED),
        ("telephone.mp4", ("-c:v", "libx265", "-x265-params", "log-level=none"), None, PictureWay.ENCODED),
        ("edit.mov", ("-c:v", "prores_ks", "-c:a", "pcm_s16le"), None, PictureWay.ENCODED),
        ("a.avi", (*H264, "-c:a", "mp3"), None, PictureWay.ENCODED),
        ("a.mpg", ("-c:v", "mpeg2video"), None, PictureWay.ENCODED),
        ("a.wmv", ("-c:v", "wmv2", "-c:a", "wmav2"), None, PictureWay.ENCODED),
    ],
)
def test_pictures_are_encoded_only_where_copying_does_not_help(
    tmp_path: Path, name: str, arguments: tuple[str, ...], expected: str | None, way: PictureWay
) -> None:
    info = probe(video(tmp_path / name, *arguments, seconds=1), Limits())
    assert (playable_type(info), picture_way(info)) == (expected, way)


def test_a_film_whose_second_track_was_transcribed_is_not_played_as_it_is(tmp_path: Path) -> None:
    inputs = [each.format(seconds=1) for each in (*PICTURE, *TONE, *TONE)]
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a")
    film = make(tmp_path / "dubbed.mp4", *inputs, *maps, *H264)
    assert playable_type(probe(film, Limits(), track=1)) == "video/mp4"
    assert playable_type(probe(film, Limits(), track=2)) is None


def test_a_recording_is_described_by_its_codecs_and_its_container(tmp_path: Path) -> None:
    film = video(tmp_path / "a.mkv", *H264, "-c:a", "ac3", seconds=1)
    assert in_words(probe(film, Limits())) == "h264 and ac3 in matroska"
