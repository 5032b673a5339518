"""Recordings made with the ffmpeg binary of the development environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

TONE = ("-f", "lavfi", "-i", "sine=440:duration={seconds}")
PICTURE = ("-f", "lavfi", "-i", "testsrc=duration={seconds}:size=320x240:rate=25")


def make(path: Path, *arguments: str) -> Path:
    """Run ffmpeg with the arguments and the path as its output."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def tone(path: Path, *arguments: str, seconds: float = 5) -> Path:
    """Return a sound of 440 Hz in the format of the path's extension."""
    return make(path, *(each.format(seconds=seconds) for each in TONE), *arguments)


def video(path: Path, *arguments: str, seconds: float = 5) -> Path:
    """Moving pictures with a sound of 440 Hz."""
    inputs = [each.format(seconds=seconds) for each in (*PICTURE, *TONE)]
    return make(path, *inputs, "-shortest", *arguments)


def silent_video(path: Path, *, seconds: float = 5) -> Path:
    """Moving pictures without any sound track."""
    return make(path, *(each.format(seconds=seconds) for each in PICTURE))
