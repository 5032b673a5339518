"""Third-party readers read SRT, WebVTT, SBV and SAMI back: every word, every time."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pysubs2
import pytest
import webvtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scribedock_captions.errors import UnusableOption
from scribedock_captions.options import CaptionOptions, LineEnding
from scribedock_captions.srt_template import DEFAULT_SRT_FORMAT
from scribedock_captions.writers import WRITERS, CaptionFormat
from tests.captions.sample import SAMPLE
from tests.captions.writers.documents import documents
from tests.judges.cases import (
    CASES,
    TAKEN_FOR_MARKUP,
    Shown,
    chosen,
    expected,
    named,
    without,
    written,
)

pytestmark = pytest.mark.judges

SRT, SBV, VTT, SAMI = CaptionFormat.SRT, CaptionFormat.SBV, CaptionFormat.WEB_VTT, CaptionFormat.SAMI
CLEARS_ARE_EMPTY = re.compile(
    r"(?:\[[^\n]*Error decoding subtitles: Operation not permitted\n|    Last message repeated \d+ times\n)*"
)
"""ffmpeg says so of each SYNC with &nbsp; and goes on."""


def plain_srt(options: dict[str, Any], **changes: Any) -> CaptionOptions:
    return chosen(options, srt_format=DEFAULT_SRT_FORMAT, **changes)


def arrows(shown: Shown) -> Shown:
    return [(start, end, text.replace("-->", "->")) for start, end, text in shown]


def ffmpeg(file: bytes, given: str, wanted: str, *, allowed: re.Pattern[str] = re.compile("")) -> bytes:
    """Return the captions as ffmpeg reads and writes them; fail where it complains."""
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-f", given, "-i", "pipe:0", "-f", wanted, "-")
    ]
    done = subprocess.run(command, input=file, capture_output=True, check=True)
    assert allowed.fullmatch(done.stderr.decode()), done.stderr.decode()
    return done.stdout


SRT_BLOCK = re.compile(
    r"\d+\n(\d\d):(\d\d):(\d\d),(\d{3}) --> (\d\d):(\d\d):(\d\d),(\d{3})\n(.*?)\n(?=\n\d+\n\d\d:|\n*\Z)", re.S
)


def blocks(srt: bytes) -> Shown:
    found = []
    for match in SRT_BLOCK.finditer(srt.decode()):
        hours, minutes, seconds, rest, *end = map(int, match.groups()[:8])
        start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
        stop = ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]
        # Inside, ffmpeg keeps a backslash from being an override with a joiner that shows nothing.
        found.append((start, stop, " ".join(match[9].replace("\u2060", "").split())))
    return found


@pytest.mark.parametrize(("name", "options"), CASES)
def test_pysubs2_reads_every_word_and_time_of_srt(name: str, options: dict[str, Any]) -> None:
    source, given = without(named(name), *TAKEN_FOR_MARKUP), plain_srt(options)
    text = written(source, SRT, given).decode("utf-8-sig")
    read = pysubs2.SSAFile.from_string(text, format_="srt")
    found = [(line.start, line.end, " ".join(line.plaintext.split())) for line in read]
    assert found == arrows(expected(source, SRT, given))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_srt(name: str, options: dict[str, Any]) -> None:
    source, given = without(named(name), *TAKEN_FOR_MARKUP), plain_srt(options)
    assert blocks(ffmpeg(written(source, SRT, given), "srt", "srt")) == arrows(expected(source, SRT, given))


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_sbv(name: str, options: dict[str, Any]) -> None:
    # To ffmpeg, a line that begins with a bracket is of an older format's head.
    source = without(named(name), *TAKEN_FOR_MARKUP, "[")
    given = chosen(options, sound_boundaries=("(", ")"))
    assert blocks(ffmpeg(written(source, SBV, given), "subviewer", "srt")) == expected(source, SBV, given)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_pysubs2_reads_every_word_and_time_of_sbv(name: str, options: dict[str, Any]) -> None:
    source, given = without(named(name), *TAKEN_FOR_MARKUP), chosen(options)
    read = pysubs2.SSAFile.from_string(written(source, SBV, given).decode("utf-8-sig"), format_="srt")
    found = [(line.start, line.end, " ".join(line.plaintext.split())) for line in read]
    assert found == expected(source, SBV, given)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_sami(name: str, options: dict[str, Any]) -> None:
    source, given = named(name), chosen(options, utf8_mark=False)
    read = ffmpeg(written(source, SAMI, given), "sami", "srt", allowed=CLEARS_ARE_EMPTY)
    found = [(start, end, unescape(text)) for start, end, text in blocks(read)]
    assert found == expected(source, SAMI, given)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_pysubs2_reads_every_word_and_beginning_of_sami(name: str, options: dict[str, Any]) -> None:
    source, given = without(named(name), "{"), chosen(options)
    read = pysubs2.SSAFile.from_string(written(source, SAMI, given).decode("utf-8-sig"), format_="sami")
    found = [(line.start, " ".join(line.plaintext.split())) for line in read]
    wanted = expected(source, SAMI, given)
    assert [each for each in found if each[1]] == [(start, text) for start, _, text in wanted]
    ends = {end for _, end, _ in wanted} - {start for start, _, _ in wanted}
    assert {start for start, text in found if not text} == ends


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_w3c_parser_reads_every_word_and_time_of_webvtt_without_an_error(
    name: str, options: dict[str, Any], w3c: Callable[[bytes], dict[str, Any]]
) -> None:
    source, given = named(name), chosen(options)
    read = w3c(written(source, VTT, given))
    assert read["errors"] == []
    found = [
        (round(cue["start"] * 1000), round(cue["end"] * 1000), " ".join(cue["text"].split()))
        for cue in read["cues"]
    ]
    assert found == expected(source, VTT, given)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_webvtt(name: str, options: dict[str, Any]) -> None:
    source, given = without(named(name), *TAKEN_FOR_MARKUP), chosen(options)
    assert blocks(ffmpeg(written(source, VTT, given), "webvtt", "srt")) == expected(source, VTT, given)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_webvtt_py_reads_every_word_and_time(name: str, options: dict[str, Any], tmp_path: Path) -> None:
    source, given = named(name), chosen(options)
    path = tmp_path / "captions.vtt"
    path.write_bytes(written(source, VTT, given))
    found = [
        (
            each.start_time.in_milliseconds(),
            each.end_time.in_milliseconds(),
            " ".join(unescape(each.raw_text).split()),
        )
        for each in webvtt.read(path)
    ]
    assert found == expected(source, VTT, given)


@pytest.mark.parametrize("ending", LineEnding)
def test_every_line_ending_is_read_by_the_w3c_parser(
    ending: LineEnding, w3c: Callable[[bytes], dict[str, Any]]
) -> None:
    options = CaptionOptions(line_ending_format=ending)
    read = w3c(written(SAMPLE, VTT, options))
    assert read["errors"] == []
    assert [" ".join(cue["text"].split()) for cue in read["cues"]] == [
        each[2] for each in expected(SAMPLE, VTT, options)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_w3c_parser_finds_no_error_in_any_text_at_any_time(
    w3c: Callable[[bytes], dict[str, Any]], data: st.DataObject
) -> None:
    document = data.draw(documents())
    read = w3c(WRITERS[VTT].write(document).encode())
    assert read["errors"] == []
    found = [(round(cue["start"] * 1000), round(cue["end"] * 1000)) for cue in read["cues"]]
    assert found == [(each.start, each.end) for each in document.captions]
    assert ["".join(cue["text"].split()) for cue in read["cues"]] == [
        "".join("".join(each.lines).split()) for each in document.captions
    ]


def test_the_w3c_parser_complains_of_what_is_wrong(w3c: Callable[[bytes], dict[str, Any]]) -> None:
    file = written(SAMPLE, VTT, CaptionOptions())
    assert w3c(file.replace(b" --> ", b" -> ", 1))["errors"]
    assert w3c(file.replace(b"&lt;", b"<"))["errors"]


FIELDS = st.sampled_from(
    [
        "{caption_number}",
        "{caption_text}",
        "{start_hour:02d}",
        "{end_millisecond:09d}",
        "{caption_number:d}",
        "\\n",
    ]
)
LOOSE = st.text(alphabet="{}:0d9%sxcaptionumberhlj_.!r[]\\n ", max_size=20)


@settings(max_examples=400, deadline=None)
@given(st.lists(FIELDS | LOOSE, max_size=12).map("".join))
def test_any_srt_format_is_refused_or_fills_each_caption_in(template: str) -> None:
    try:
        options = CaptionOptions(srt_format=template)
    except UnusableOption as refused:
        assert str(refused).startswith("srt_format: ")
        return
    source = named("plain")
    text = written(source, SRT, options).decode()
    shown = expected(source, SRT, options)
    assert text.count("Captions help") == template.count("{caption_text}")
    most = max(len(each[2]) for each in shown)
    assert len(text) <= len(shown) * (len(template) * 10 + template.count("{caption_text}") * most + 10)


@pytest.mark.parametrize(("name", "options"), CASES[:6])
def test_pysubs2_reads_a_template_that_only_looks_different(name: str, options: dict[str, Any]) -> None:
    source = without(named(name), *TAKEN_FOR_MARKUP)
    template = (
        "{caption_number:05d}\\n"
        "{start_hour:02d}:{start_minute:02d}:{start_second:02d}.{start_millisecond:03d} --> "
        "{end_hour:02d}:{end_minute:02d}:{end_second:02d}.{end_millisecond:03d}\\n{caption_text}\\n\\n"
    )
    given = chosen(options, srt_format=template)
    read = pysubs2.SSAFile.from_string(written(source, SRT, given).decode("utf-8-sig"), format_="srt")
    found = [(line.start, line.end, " ".join(line.plaintext.split())) for line in read]
    assert found == arrows(expected(source, SRT, given))
