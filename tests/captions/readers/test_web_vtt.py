from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.placement import Placement, Vertical
from scribedock_captions.readers import read as read_any
from scribedock_captions.readers import web_vtt
from scribedock_captions.readers.cue import Line
from scribedock_captions.readers.web_vtt_settings import placement_of
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from scribedock_captions.style import Style, StyledSpan
from tests.captions.sample import SAMPLE

Shown = list[tuple[int | None, int | None, str]]


def read(text: str) -> Shown:
    return [
        (cue.start, cue.end, "|".join(line.text for line in cue.lines)) for cue in web_vtt.read(text).cues
    ]


def lines(payload: str) -> list[Line]:
    return [
        line
        for cue in web_vtt.read(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{payload}").cues
        for line in cue.lines
    ]


def test_written_files_are_read_back() -> None:
    options = CaptionOptions(remove_sound_references=False)
    written = render_captions(SAMPLE, CaptionFormat.WEB_VTT, options).body.decode()
    expected = captions_of(SAMPLE, CaptionFormat.WEB_VTT, options).captions
    assert read(written) == [(each.start, each.end, "|".join(each.lines)) for each in expected]


@pytest.mark.parametrize(
    "text", ["WEBVTT", "WEBVTT\n", "WEBVTT - a title\n\n", "WEBVTT\tx", "\ufeffWEBVTT\n"]
)
def test_a_file_may_have_no_cues(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text", ["", "webvtt\n", "WEBVTT2\n", " WEBVTT\n", "\nWEBVTT", "1\n00:00:01,000 --> 1"]
)
def test_another_signature_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile, match="must begin with a line WEBVTT"):
        read(text)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ("00:00.000 --> 00:01.000", (0, 1000)),
        ("00:00.000-->00:01.000", (0, 1000)),
        ("\t00:00.000 \t-->  00:01.000 align:start line:0", (0, 1000)),
        ("1:00:00.000 --> 123:59:59.999", (3_600_000, 446_399_999)),
        ("00:00.000 --> 00:01.0000", None),
        ("00:00.00 --> 00:01.000", None),
        ("00:60.000 --> 01:00.000", None),
        ("60:00.000 --> 61:00.000", None),
        ("0:00.000 --> 0:01.000", None),
        ("00:00,000 --> 00:01,000", None),
        ("00:00.000 -- > 00:01.000", None),
        ("-00:00.000 --> 00:01.000", None),
        ("٠٠:00.000 --> 00:01.000", None),
    ],
)
def test_times_are_those_of_the_algorithm(timing: str, expected: tuple[int, int] | None) -> None:
    found = [(start, end) for start, end, _ in read(f"WEBVTT\n\n{timing}\nHi.\n")]
    assert found == ([] if expected is None else [expected])


def test_a_time_of_any_length_is_held_within_bounds() -> None:
    [(start, end, _)] = read(f"WEBVTT\n\n00:00.000 --> {'9' * 5000}:00:00.000\nHi.\n")
    assert (start, end) == (0, 10**10)


def test_ids_notes_styles_and_regions_are_no_text() -> None:
    text = (
        "WEBVTT a title\nX: y\n\nNOTE a --- comment\nof two lines\n\nSTYLE\n::cue { color: red }\n\n"
        "REGION\nid:fred\n\nintro\n00:01.000 --> 00:02.000 region:fred\nHi.\n\n"
        "00:03.000 --> 00:04.000\nYou.\n"
    )
    assert read(text) == [(1000, 2000, "Hi."), (3000, 4000, "You.")]


def test_a_cue_ends_where_another_begins_without_an_empty_line() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n00:03.000 --> 00:04.000\nYou.\n"
    assert read(text) == [(1000, 2000, "Hi."), (3000, 4000, "You.")]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            "1 &lt; 2 &amp;&amp; 3 &gt; 2 caf&eacute; &#x266A; &unknown; &",
            "1 < 2 && 3 > 2 café ♪ &unknown; &",
        ),
        ("<i>Hi</i> <c.loud>you</c> <00:00:00.500>there <lang fr>ami</lang>", "Hi you there ami"),
        ("<ruby>今<rt>kin</rt></ruby>", "今(kin)"),
        ("<ruby>今<rt>kin</ruby>日", "今(kin)日"),
        ("a <b unclosed", "a"),
        ("x &lt;b&gt; y", "x <b> y"),
    ],
)
def test_tags_are_left_out_and_references_resolved(payload: str, expected: str) -> None:
    assert [line.text for line in lines(payload)] == [expected]


def test_voices_are_speakers() -> None:
    assert lines("<v Ada Lovelace>Hi <i>you</i></v> there\n<v.loud Ben &amp; Co>Yes,\nno.") == [
        Line(
            text="Hi you",
            speaker="Ada Lovelace",
            spans=(StyledSpan(start=3, end=6, style=Style(italic=True)),),
        ),
        Line(text="there"),
        Line(text="Yes,", speaker="Ben & Co"),
        Line(text="no.", speaker="Ben & Co"),
    ]
    assert lines("<v Ada>Hi.</v> <v Ben>Oh.") == [
        Line(text="Hi.", speaker="Ada"),
        Line(text="Oh.", speaker="Ben"),
    ]


@pytest.mark.parametrize(
    "setting", ["line:\u0663", "line:\u0661\u0660%", "position:\uff11\uff10%", "size:\u0665%"]
)
def test_a_setting_in_digits_other_than_ascii_means_nothing(setting: str) -> None:
    assert placement_of(setting) is None


@pytest.mark.parametrize("first", ["webvtt", "\n\nWEBVTT", "WebVTT - Talk", "WEBVTT:"])
def test_a_first_line_as_programs_write_it_is_forgiven_where_the_format_is_detected(first: str) -> None:
    text = f"{first}\n\nNOTE no\n\n00:01.000 --> 00:02.000\n<v Ada>Hi.\n"
    file = read_any(text.encode())
    assert [(cue.start, cue.lines) for cue in file.cues] == [(1000, (Line(text="Hi.", speaker="Ada"),))]
    assert len(file.warnings) == 1


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("WEBVTT\nKind: captions\nLanguage: sv", "sv"),
        ("WEBVTT Kind: captions; Language: sv", "sv"),
        ("WEBVTT\nLanguage: swe", "sv"),
        ("WEBVTT\nLanguage: Swedish", ""),
        ("WEBVTT - Language: the film", ""),
    ],
)
def test_the_language_of_the_header_is_a_code(header: str, language: str) -> None:
    assert read_any(f"{header}\n\n00:01.000 --> 00:02.000\nHej.\n".encode()).language == language


def test_a_number_without_an_empty_line_before_it_is_no_word() -> None:
    text = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nA\n2\n00:03.000 --> 00:04.000\n3\n"
    file = web_vtt.read(text)
    assert [line.text for cue in file.cues for line in cue.lines] == ["A", "3"]
    assert [warning.line for warning in file.warnings] == [6]


def test_markup_of_other_formats_is_read_and_reported() -> None:
    file = web_vtt.read("WEBVTT\n\n00:01.000 --> 00:02.000\n{\\an8}{\\i1}A{\\i0}<br>b\n")
    [cue] = file.cues
    assert [line.text for line in cue.lines] == ["A", "b"]
    assert cue.placement == Placement(vertical=Vertical.TOP)
    assert len(file.warnings) == 2


@pytest.mark.parametrize("kind", ["chapters", "metadata"])
def test_what_is_no_caption_by_the_header_is_reported(kind: str) -> None:
    file = web_vtt.read(f"WEBVTT\nKind: {kind}\n\n00:01.000 --> 00:02.000\nA\n")
    assert [str(warning) for warning in file.warnings] == [
        f"line 2: the file has {kind}, read as captions here"
    ]


def test_styles_in_the_header_are_reported_as_such() -> None:
    header = "WEBVTT\nKind: captions\nStyle:\n::cue(c.a) { color: red;\n }\n##\n"
    file = web_vtt.read(f"{header}\n00:01.000 --> 00:02.000\nA\n")
    assert [str(warning) for warning in file.warnings] == [
        "line 2: the styles and regions of the file are left out"
    ]
