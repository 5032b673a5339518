"""Media converted by the ffmpeg program: what is copied, what is encoded again, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from scribedock.media import ffmpeg, program
from scribedock.media.fence import fence_report
from scribedock.media.ffmpeg import MediaType, encode, ffmpeg_arguments, find_ffmpeg
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.program import ProgramFailed, ProgramLimits, ProgramMissing
from scribedock.media.unusable import MediaUnusable
from scribedock_captions.burn_in import HEAD
from tests.support.media.ffmpeg import make, silent_video, tone, video

BOUNDS = ProgramLimits(memory=1 << 30, cpu_s=5, file_bytes=1 << 20)


def told(path: Path, media_type: MediaType, **options: bool) -> str:
    return " ".join(ffmpeg_arguments(probe(path, Limits()), path, Path("/x/out"), media_type, **options))


def made(path: Path, folder: Path, media_type: MediaType, subtitles: str = "") -> Path:
    (folder / "out").mkdir(exist_ok=True)
    destination = folder / "out" / f"made.{media_type}"
    encode(path, destination, media_type, Limits(), subtitles=subtitles)
    return destination


def test_streams_that_every_browser_plays_are_not_encoded_again(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mkv", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", seconds=1)
    assert "-c:v copy" in told(path, MediaType.MP4)
    assert "-c:a copy" in told(path, MediaType.MP4)
    assert "-c:v libx264" in told(path, MediaType.MP4, burn_in=True)


def test_pictures_of_another_depth_are_encoded_again(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", "-c:v", "libx264", "-pix_fmt", "yuv444p", seconds=1)
    assert "-c:v libx264" in told(path, MediaType.MP4)


def test_a_cover_is_not_a_video(tmp_path: Path) -> None:
    cover = make(tmp_path / "cover.png", "-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1")
    sound = ("-f", "lavfi", "-i", "sine=440:duration=1", "-i", str(cover))
    path = make(tmp_path / "a.mp3", *sound, "-map", "0", "-map", "1", "-disposition:v", "attached_pic")
    assert not probe(path, Limits()).has_video
    with pytest.raises(MediaUnusable, match="no video"):
        made(path, tmp_path, MediaType.MP4)
    assert made(path, tmp_path, MediaType.MP3).stat().st_size > 1000


@pytest.mark.parametrize(
    ("size", "made_size"),
    [
        ("2561x1441", (1920, 1080)),
        ("3000x300", (1920, 192)),
        ("301x3001", (108, 1080)),
        ("321x181", (322, 182)),
        ("16x1081", (16, 1080)),
    ],
)
def test_large_and_odd_pictures_are_scaled_to_a_playable_size(
    tmp_path: Path, size: str, made_size: tuple[int, int]
) -> None:
    odd = ("-f", "lavfi", "-i", f"testsrc=duration=0.2:size={size}:rate=5", "-f", "lavfi")
    path = make(tmp_path / "a.mkv", *odd, "-i", "sine=440:duration=0.2", "-c:v", "ffv1", "-c:a", "flac")
    with av.open(str(made(path, tmp_path, MediaType.MP4))) as container:
        picture = container.streams.video[0]
        assert (picture.width, picture.height) == made_size


def test_captions_are_drawn_into_the_picture(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", seconds=1)
    dialogue = "Dialogue: 0,0:00:00.00,0:00:01.00,Default,WWWWWWWW\n"
    plain = pixels(made(path, tmp_path, MediaType.MP4, HEAD))
    drawn = pixels(made(path, tmp_path, MediaType.MP4, HEAD + dialogue))
    upper, lower = slice(0, 150), slice(200, 240)
    assert abs(plain[upper] - drawn[upper]).mean() < 2
    assert abs(plain[lower] - drawn[lower]).mean() > 5


def pixels(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame.to_ndarray(format="gray").astype(int)


def test_silent_video_is_distinguished_from_a_recording(tmp_path: Path) -> None:
    with pytest.raises(MediaUnusable, match="no sound"):
        made(silent_video(tmp_path / "a.mp4", seconds=1), tmp_path, MediaType.MP4)


def test_a_playlist_reads_no_other_file(tmp_path: Path) -> None:
    tone(tmp_path / "secret.mp3", seconds=1)
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile secret.mp3\n")
    with pytest.raises(MediaUnusable, match="playlist"):
        made(tmp_path / "list.mp4", tmp_path, MediaType.MP3)


def test_without_the_program_the_operator_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: None)
    with pytest.raises(ProgramMissing, match="no ffmpeg"):
        made(tone(tmp_path / "a.mp3", seconds=1), tmp_path, MediaType.MP3)


def test_the_system_has_a_program_that_draws_captions() -> None:
    assert find_ffmpeg() is not None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("cat {secret}", "Permission denied"),
        ("echo x > {secret}", "Permission denied"),
        ("cat /etc/passwd", "Permission denied"),
        ("ls /", "Permission denied"),
        ("env | grep -v -e HOME -e LANG -e PATH -e TMPDIR -e XDG -e PWD -e SHLVL -e _=", "status 1"),
    ],
)
def test_a_program_reaches_nothing_but_what_it_was_given(tmp_path: Path, script: str, said: str) -> None:
    if not fence_report().landlock:
        pytest.skip("this kernel has no Landlock")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = tmp_path / "work"
    folder.mkdir()
    with pytest.raises(ProgramFailed, match=said):
        program.run(
            ["/bin/sh", "-c", script.format(secret=secret)],
            folder=folder,
            readable=[Path("/bin"), Path("/usr/bin")],
            bounds=BOUNDS,
        )
    assert secret.read_text() == "secret"


def test_a_program_reads_what_it_was_given_and_writes_to_its_folder(tmp_path: Path) -> None:
    given, folder = tmp_path / "given", tmp_path / "work"
    given.write_text("given")
    folder.mkdir()
    command = ["/bin/sh", "-c", f"cat {given} - > written; rm messages"]
    program.run(command, folder=folder, readable=[given, Path("/bin")], stdin=b" and said", bounds=BOUNDS)
    assert (folder / "written").read_text() == "given and said"


def test_a_program_ends_when_it_is_no_longer_wanted(tmp_path: Path) -> None:
    def refuse() -> None:
        raise InterruptedError

    began = time.monotonic()
    with pytest.raises(InterruptedError):
        program.run(
            ["/bin/sleep", "60"], folder=tmp_path, readable=[Path("/bin")], bounds=BOUNDS, check_wanted=refuse
        )
    assert time.monotonic() - began < 30


def test_a_program_is_limited_in_time_and_output(tmp_path: Path) -> None:
    short = ProgramLimits(memory=1 << 30, cpu_s=1, file_bytes=1000)
    with pytest.raises(ProgramFailed):
        program.run(
            ["/bin/sh", "-c", "while :; do :; done"], folder=tmp_path, readable=[Path("/bin")], bounds=short
        )
    with pytest.raises(ProgramFailed):
        program.run(
            ["/bin/sh", "-c", "head -c 5000 /dev/urandom > big"],
            folder=tmp_path,
            readable=[Path("/bin"), Path("/usr/bin")],
            bounds=short,
        )
    assert (tmp_path / "big").stat().st_size <= 1000
