"""The bytes of whole files, against files that were read by a person and then kept in `data/`.

A change of layout changes them: look at the difference, then write them anew with
`python -m tests.unit.captions.test_writers`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scribedock.captions.caption import Caption
from scribedock.captions.options import (
    CaptionOptions,
    Case,
    FileFormat,
    LineEnding,
    SpeakerDisplay,
    TranscriptOptions,
)
from scribedock.captions.render import CaptionFormat, Rendering, render_captions, render_transcript
from scribedock.captions.writers import WRITERS
from tests.unit.captions.sample import SAMPLE, talk

DATA = Path(__file__).parent / "data"
BROADCAST: dict[str, Any] = {
    "characters_per_caption_line": 32,
    "maximum_caption_duration": 7000,
    "minimum_caption_length_ms": 1000,
    "minimum_gap_between_captions_ms": 80,
    "display_speaker_id": SpeakerDisplay.NUMBER,
    "remove_sound_references": False,
    "remove_disfluencies": False,
    "sound_boundaries": ("(", ")"),
}
SHOUTED: dict[str, Any] = {
    "caption_by_sentence": False,
    "speaker_on_new_line": False,
    "characters_per_caption_line": 20,
    "lines_per_caption": 4,
    "display_speaker_id": SpeakerDisplay.NO,
    "force_case": Case.UPPER,
    "line_ending_format": LineEnding.WINDOWS,
    "utf8_mark": True,
}
PROSE: dict[str, Any] = {
    "create_paragraphs": False,
    "newlines_after_sentence": 1,
    "timecode_interval": 10_000,
    "timecode_format": "%H:%M:%S",
    "remove_sound_references": False,
}


def renderings() -> dict[str, Rendering]:
    found = {}
    for format in WRITERS:
        for name, options in (("default", {}), ("broadcast", BROADCAST), ("shouted", SHOUTED)):
            rendering = render_captions(SAMPLE, format, CaptionOptions(**options))
            found[f"{format.value.lower()}-{name}{rendering.extension}"] = rendering
    for kind in (FileFormat.TXT, FileFormat.HTML):
        for name, options in (("default", {}), ("prose", PROSE)):
            rendering = render_transcript(SAMPLE, TranscriptOptions(file_format=kind, **options))
            found[f"paragraphs-{name}{rendering.extension}"] = rendering
    return found


@pytest.mark.parametrize("name", sorted(renderings()))
def test_a_file_is_byte_for_byte_as_it_was_kept(name: str) -> None:
    assert renderings()[name].body.decode() == (DATA / name).read_bytes().decode()


def test_no_file_is_kept_that_nothing_writes() -> None:
    assert {path.name for path in DATA.iterdir()} == set(renderings())


def test_every_format_of_the_api_has_a_name_here() -> None:
    assert {format.value for format in CaptionFormat} == {
        *("SRT", "SBV", "SCC", "DFXP", "QT", "TRANSCRIPT", "TWX", "TPM", "WEB_VTT", "ECHO", "SAMI")
    }


@pytest.mark.parametrize(
    ("format", "expected"),
    [(CaptionFormat.SRT, b""), (CaptionFormat.WEB_VTT, b"WEBVTT\n"), (CaptionFormat.TRANSCRIPT, b"")],
)
def test_nothing_to_show_is_a_valid_empty_file(format: CaptionFormat, expected: bytes) -> None:
    assert render_captions(talk(), format, CaptionOptions()).body == expected


def test_hours_grow_beyond_two_digits() -> None:
    caption = Caption(lines=("Still here.",), start=360_000_000, end=363_723_004)
    srt = WRITERS[CaptionFormat.SRT].write([caption], CaptionOptions())
    vtt = WRITERS[CaptionFormat.WEB_VTT].write([caption], CaptionOptions())
    assert srt == "1\n100:00:00,000 --> 101:02:03,004\nStill here.\n\n"
    assert vtt == "WEBVTT\n\n100:00:00.000 --> 101:02:03.004\nStill here.\n"


@pytest.mark.parametrize(
    ("format", "media_type", "extension"),
    [("SRT", "text/plain", ".srt"), ("WEB_VTT", "text/vtt", ".vtt"), ("TRANSCRIPT", "text/plain", ".txt")],
)
def test_a_format_has_its_media_type_and_extension(format: str, media_type: str, extension: str) -> None:
    rendering = render_captions(SAMPLE, CaptionFormat(format), CaptionOptions())
    assert (rendering.media_type, rendering.extension) == (media_type, extension)


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for old in DATA.iterdir():
        old.unlink()
    for name, rendering in renderings().items():
        (DATA / name).write_bytes(rendering.body)
