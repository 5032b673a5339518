from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
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
