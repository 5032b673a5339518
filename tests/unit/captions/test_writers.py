"""The bytes of whole files, against files that were read by a person and then kept in `data/`.

A change of layout changes them: look at the difference, then write them anew with `make golden`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock.captions.caption import Caption
from scribedock.captions.document import CaptionDocument, Metadata
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
SEAMLESS: dict[str, Any] = {
    "qt_seamless": True,
    "merge_gap_interval": 0,
    "remove_sound_references": False,
    "sound_boundaries": ("{", "}"),
    "sound_tokens_by_line": True,
    "display_effects_speaker_as": "Sounds",
    "emit_speaker_change_tokens_as": "",
    "disallow_dangling": True,
    "line_ending_format": LineEnding.OSX,
    "include_dfxp_metadata": False,
    "srt_format": "{caption_number:04d} {start_hour}h{start_minute:02d} 100%\\n{caption_text}\\n\\n",
}
OPTION_SETS = {"default": {}, "broadcast": BROADCAST, "shouted": SHOUTED, "seamless": SEAMLESS}
PROSE: dict[str, Any] = {
    "create_paragraphs": False,
    "newlines_after_sentence": 1,
    "timecode_interval": 10_000,
    "timecode_format": "%H:%M:%S",
    "remove_sound_references": False,
}
ABOUT = Metadata(title="The harbour & <the sea>", identifier="0123456789abcdef0123456789abcdef")
TABLE = {
    "SRT": ("text/plain", ".srt"),
    "WEB_VTT": ("text/vtt", ".vtt"),
    "SBV": ("text/plain", ".sbv"),
    "DFXP": ("application/ttml+xml", ".dfxp"),
    "SAMI": ("application/x-sami", ".smi"),
    "SCC": ("text/plain", ".scc"),
    "QT": ("text/plain", ".qt.txt"),
    "TRANSCRIPT": ("text/plain", ".txt"),
    "ECHO": ("application/ttml+xml", ".xml"),
    "TPM": ("application/ttml+xml", ".xml"),
    "TWX": ("application/ttml+xml", ".xml"),
}


def renderings() -> dict[str, Rendering]:
    found = {}
    for format in CaptionFormat:
        for name, options in OPTION_SETS.items():
            rendering = render_captions(SAMPLE, format, CaptionOptions(**options), metadata=ABOUT)
            found[f"{format.value.lower()}-{name}{rendering.extension}"] = rendering
    for kind in (FileFormat.TXT, FileFormat.HTML):
        for name, options in (("default", {}), ("prose", PROSE)):
            rendering = render_transcript(SAMPLE, TranscriptOptions(file_format=kind, **options))
            found[f"paragraphs-{name}{rendering.extension}"] = rendering
    return found


RENDERINGS = renderings()


@pytest.mark.parametrize("name", sorted(RENDERINGS))
def test_a_file_is_byte_for_byte_as_it_was_kept(name: str) -> None:
    assert RENDERINGS[name].body.decode() == (DATA / name).read_bytes().decode()


def test_no_file_is_kept_that_nothing_writes() -> None:
    assert {path.name for path in DATA.iterdir()} == set(RENDERINGS)


@pytest.mark.parametrize("format", CaptionFormat)
def test_a_format_has_its_media_type_and_extension(format: CaptionFormat) -> None:
    rendering = render_captions(SAMPLE, format, CaptionOptions())
    assert (rendering.media_type, rendering.extension) == TABLE[format.value]


EMPTY = {
    "SRT": "",
    "WEB_VTT": "WEBVTT\n",
    "SBV": "",
    "SCC": "Scenarist_SCC V1.0\n\n",
    "TRANSCRIPT": "",
}


@pytest.mark.parametrize("format", CaptionFormat)
def test_nothing_to_show_is_a_valid_empty_file(format: CaptionFormat) -> None:
    text = render_captions(talk(), format, CaptionOptions()).body.decode()
    if format.value in EMPTY:
        assert text == EMPTY[format.value]
    elif format is CaptionFormat.QT:
        assert text.splitlines()[1:] == ["[00:00:00.000]"]
    else:
        assert "<p" not in text.lower().replace("<p class", "<p")
        assert text.rstrip().lower().endswith(("</tt>", "</sami>"))


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        (CaptionFormat.SRT, "1\n100:00:00,000 --> 101:02:03,004\nStill here.\n\n"),
        (CaptionFormat.WEB_VTT, "WEBVTT\n\n100:00:00.000 --> 101:02:03.004\nStill here.\n"),
        (CaptionFormat.SBV, "100:00:00.000,101:02:03.004\nStill here.\n\n"),
    ],
)
def test_hours_grow_beyond_two_digits(format: CaptionFormat, expected: str) -> None:
    caption = Caption(lines=("Still here.",), start=360_000_000, end=363_723_004)
    assert WRITERS[format].write(CaptionDocument(captions=[caption])) == expected


@pytest.mark.parametrize("format", CaptionFormat)
@pytest.mark.parametrize(("ending", "mark"), [("UNIX", "\n"), ("WINDOWS", "\r\n"), ("OSX", "\r")])
def test_every_line_ends_as_the_option_says(format: CaptionFormat, ending: str, mark: str) -> None:
    plain = render_captions(SAMPLE, format, CaptionOptions()).body
    changed = render_captions(SAMPLE, format, CaptionOptions(line_ending_format=LineEnding(ending))).body
    assert b"\r" not in plain
    assert changed == plain.replace(b"\n", mark.encode())


@pytest.mark.parametrize("format", CaptionFormat)
def test_the_byte_mark_comes_first_but_not_in_scc_which_is_ascii(format: CaptionFormat) -> None:
    plain = render_captions(SAMPLE, format, CaptionOptions()).body
    marked = render_captions(SAMPLE, format, CaptionOptions(utf8_mark=True)).body
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert marked == (plain if format is CaptionFormat.SCC else b"\xef\xbb\xbf" + plain)


@pytest.mark.parametrize("format", CaptionFormat)
def test_options_of_other_formats_are_ignored(format: CaptionFormat) -> None:
    others: dict[str, Any] = {
        "SRT": {"srt_format": "{caption_text}"},
        "DFXP": {"dfxp_header": "<not a head", "include_dfxp_metadata": False},
        "QT": {"qt_seamless": True},
    }
    others.pop(format.value, None)
    foreign = {name: value for options in others.values() for name, value in options.items()}
    plain = render_captions(SAMPLE, format, CaptionOptions())
    assert render_captions(SAMPLE, format, CaptionOptions(**foreign)) == plain


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=50).filter(
    str.strip
)


@st.composite
def documents(draw: st.DrawFn) -> CaptionDocument:
    """Captions with any text, at any ascending times."""
    at = 0
    captions = []
    for _ in range(draw(st.integers(0, 4))):
        start = at + draw(st.integers(0, 5000))
        at = start + draw(st.integers(1, 9000))
        lines = tuple(" ".join(line.split()) for line in draw(st.lists(LINES, min_size=1, max_size=3)))
        captions.append(Caption(lines=lines, start=start, end=at))
    return CaptionDocument(captions=captions)


@settings(max_examples=300)
@given(documents(), st.sampled_from(CaptionFormat))
def test_any_text_at_any_time_can_be_written_and_encoded(
    document: CaptionDocument, format: CaptionFormat
) -> None:
    text = WRITERS[format].write(document)
    assert text.encode().decode() == text
    assert "\r" not in text


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for old in DATA.iterdir():
        old.unlink()
    for name, rendering in RENDERINGS.items():
        (DATA / name).write_bytes(rendering.body)
