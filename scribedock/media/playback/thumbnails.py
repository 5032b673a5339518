"""Small pictures of a film in one file, for whoever looks for a place in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scribedock.media import process
from scribedock.media.limits import Limits


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """How the pictures lie in the file: row by row, from the left."""

    every_ms: int
    width: int  # pixels of one picture
    height: int
    columns: int
    count: int


def draw_thumbnails(
    path: Path,
    destination: Path,
    limits: Limits,
    *,
    duration_ms: int,
    check_wanted: Callable[[], None] = process.always,
) -> Sprite:
    """Write a JPEG with pictures of the film, in the fenced child; return how they lie in it.

    Raises MediaUnusable where it has none that can be decoded, and FenceFailure where this machine is at
    fault.
    """
    with destination.open("wb") as sprite:
        said = process.run(
            "thumbnails", path, sprite, limits, duration_ms=duration_ms, check_wanted=check_wanted
        )
        os.fsync(sprite.fileno())
    return Sprite(**said)
