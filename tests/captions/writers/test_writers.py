"""The bytes of whole files, against files that were read by a person and then kept in `data/`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.caption import Caption
from scribedock_captions.document import CaptionDocument
from scribedock_captions.options import (
    CaptionOptions,
    LineEnding,
)
from scribedock_captions.rendering import CaptionFormat, render_captions
from scribedock_captions.writers import WRITERS
from tests.captions.golden import DATA, TABLE, renderings
from tests.captions.sample import SAMPLE, talk
from tests.captions.writers.documents import documents

RENDERINGS = renderings()


@pytest.mark.parametrize("name", sorted(RENDERINGS))
def test_every_file_matches_its_golden_file_byte_for_byte(name: str) -> None:
    assert RENDERINGS[name].body.decode() == (DATA / name).read_bytes().decode()


def test_every_golden_file_is_written_by_a_test() -> None:
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


@settings(max_examples=300)
@given(documents(), st.sampled_from(CaptionFormat))
def test_any_text_at_any_time_can_be_written_and_encoded(
    document: CaptionDocument, format: CaptionFormat
) -> None:
    text = WRITERS[format].write(document)
    assert text.encode().decode() == text
    assert "\r" not in text
