"""Thumbnails: small pictures of a film in one file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from scribedock.media.fenced.thumbnails import fitted, interval_ms
from scribedock.media.limits import Limits
from scribedock.media.playback.thumbnails import Sprite, draw_thumbnails
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import TONE, make, tone

# A second of red, two of green, two of blue, wider than high.
FLAG = "color=red:size=320x180:d=1[a];color=lime:size=320x180:d=2[b];color=blue:size=320x180:d=2[c];"
FLAG += "[a][b][c]concat=n=3:v=1[v]"
COLOURS = ["red", "green", "blue"]


def flag(path: Path, *arguments: str) -> Path:
    sound = [each.format(seconds=5) for each in TONE]
    return make(path, *sound, "-filter_complex", FLAG, "-map", "[v]", "-map", "0:a", *arguments)


def colours(path: Path, sprite: Sprite) -> list[str]:
    """Return the colour in the middle of each picture."""
    with av.open(str(path)) as container:
        sheet: npt.NDArray[np.uint8] = next(container.decode(video=0)).to_ndarray(format="rgb24")
    middle = [
        sheet[
            number // sprite.columns * sprite.height + sprite.height // 2,
            number % sprite.columns * sprite.width + sprite.width // 2,
        ]
        for number in range(sprite.count)
    ]
    return [COLOURS[int(each.argmax())] for each in middle]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("keyed.mp4", ("-c:v", "libx264", "-g", "25")),
        ("a.avi", ("-c:v", "mpeg4", "-g", "25")),
        ("stream.ts", ("-c:v", "libx264", "-g", "25")),  # which has no index
        ("edit.mov", ("-c:v", "prores_ks")),
    ],
)
def test_each_picture_shows_its_time(tmp_path: Path, name: str, arguments: tuple[str, ...]) -> None:
    film, sheet = flag(tmp_path / name, *arguments), tmp_path / "sheet.jpg"
    sprite = draw_thumbnails(film, sheet, Limits(), duration_ms=5900)
    assert sprite == Sprite(every_ms=2000, width=160, height=90, columns=3, count=3)
    assert colours(sheet, sprite) == COLOURS


def test_a_film_that_was_held_upright_is_shown_upright(tmp_path: Path) -> None:
    lying = flag(tmp_path / "a.mp4", "-c:v", "libx264")
    upright = make(tmp_path / "b.mp4", "-display_rotation", "90", "-i", str(lying), "-c", "copy")
    sprite = draw_thumbnails(upright, tmp_path / "sheet.jpg", Limits(), duration_ms=1000)
    assert (sprite.width, sprite.height) == (50, 90)


def test_a_recording_without_pictures_has_no_thumbnails(tmp_path: Path) -> None:
    with pytest.raises(MediaUnusable, match="no moving pictures"):
        draw_thumbnails(tone(tmp_path / "a.mp3"), tmp_path / "sheet.jpg", Limits(), duration_ms=5000)


def test_a_long_film_has_at_most_two_hundred() -> None:
    for duration_ms in (1, 3_600_000, 7_200_001, 144_000_000):
        assert duration_ms / interval_ms(duration_ms) <= 200
    assert interval_ms(3_600_000) == 18_000


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1920, 1080), (160, 90)), ((1080, 1920), (50, 90)), ((720, 576), (112, 90)), ((4000, 10), (160, 2))],
)
def test_pictures_keep_their_shape(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert fitted(*size, Fraction(1)) == expected


def test_pixels_that_are_wider_than_high_are_shown_so() -> None:
    assert fitted(720, 576, Fraction(64, 45)) == (160, 90)
