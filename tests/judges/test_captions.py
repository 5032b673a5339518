"""Other people's readers read our captions back: every word, every time."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pysubs2
import pytest
import webvtt

from scribedock.captions.caption import Caption
from scribedock.captions.elementlist import ElementList, Sequence
from scribedock.captions.layout import lay_out
from scribedock.captions.options import CaptionOptions, LineEnding, SpeakerDisplay
from scribedock.captions.render import CaptionFormat, render_captions
from scribedock.captions.timing import time
from scribedock.captions.words import words_of
from tests.unit.captions.sample import SAMPLE, say
from tests.unit.captions.test_writers import BROADCAST, SHOUTED

pytestmark = pytest.mark.judges

Shown = list[tuple[int, int, str]]
"""Start and end in ms, and the words, for each caption."""

LISTS: dict[str, ElementList] = {
    "sample": SAMPLE,
    "plain": say("Captions help people who cannot hear.", "They help others, too.", gap=400),
    "hostile": say(
        "WEBVTT", "NOTE this is text.", "STYLE", "1", "00:00:01.000 --> 00:00:02.000", "&amp; &lt;", "-->"
    ),
    "scripts": say("שלום עולם.", "مرحبا بالعالم.", "今日はいい天気です。", "👩‍👩‍👧 e\u0301 İ ß."),
    "long": say(*["Every one of these sentences is said for two seconds."] * 400, gap=100),
}
OPTION_SETS: dict[str, dict[str, Any]] = {
    "default": {},
    "broadcast": BROADCAST,
    "shouted": SHOUTED,
    "narrow": {"characters_per_caption_line": 8, "lines_per_caption": 3, "merge_gap_interval": 0},
    "bare": {"display_speaker_id": SpeakerDisplay.NO, "emit_speaker_change_tokens_as": ""},
}
CASES = [pytest.param(LISTS[a], OPTION_SETS[b], id=f"{a}-{b}") for a, b in product(LISTS, OPTION_SETS)]
TAKEN_FOR_MARKUP = ("<b>", "00:")
"""What readers of SRT take for a tag or a time wherever it stands; SRT knows no escape for it."""


def expected(elementlist: ElementList, options: CaptionOptions, *, arrow: str = "-->") -> Shown:
    captions = lay_out(words_of(elementlist, options), options)
    end = max([elementlist.end_time, *(caption.end for caption in captions)])
    return [
        (each.start, each.end, words(each).replace("-->", arrow))
        for each in time(captions, options, media_end=end)
    ]


def words(caption: Caption) -> str:
    return " ".join(" ".join(caption.lines).split())


def written(elementlist: ElementList, format: CaptionFormat, options: CaptionOptions) -> bytes:
    return render_captions(elementlist, format, options).body


def without_markup(elementlist: ElementList) -> ElementList:
    segments = tuple(
        replace(segment, sequences=tuple(each for each in segment.sequences if not _is_markup(each)))
        for segment in elementlist.segments
    )
    return replace(elementlist, segments=segments)


def _is_markup(sequence: Sequence) -> bool:
    return any(text in token.display_as for token in sequence.tokens for text in TAKEN_FOR_MARKUP)


def ffmpeg(file: bytes, given: str, wanted: str) -> bytes:
    """The captions as ffmpeg reads and writes them; fails where it complains."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "warning",
        "-f",
        given,
        "-i",
        "pipe:0",
        "-f",
        wanted,
        "-",
    ]
    done = subprocess.run(command, input=file, capture_output=True, check=True)
    assert done.stderr == b""
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
        found.append((start, stop, " ".join(match[9].split())))
    return found


@pytest.mark.parametrize(("elementlist", "options"), CASES)
def test_pysubs2_reads_every_word_and_time_of_srt(elementlist: ElementList, options: dict[str, Any]) -> None:
    chosen = CaptionOptions(**options)
    source = without_markup(elementlist)
    text = written(source, CaptionFormat.SRT, chosen).decode("utf-8-sig")
    read = pysubs2.SSAFile.from_string(text, format_="srt")
    found = [(line.start, line.end, " ".join(line.plaintext.split())) for line in read]
    assert found == expected(source, chosen, arrow="->")


@pytest.mark.parametrize(("elementlist", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_srt(elementlist: ElementList, options: dict[str, Any]) -> None:
    chosen = CaptionOptions(**options)
    source = without_markup(elementlist)
    read = ffmpeg(written(source, CaptionFormat.SRT, chosen), "srt", "srt")
    assert blocks(read) == expected(source, chosen, arrow="->")


@pytest.mark.parametrize(("elementlist", "options"), CASES)
def test_the_w3c_parser_reads_every_word_and_time_of_webvtt_without_an_error(
    elementlist: ElementList, options: dict[str, Any], w3c: Callable[[bytes], dict[str, Any]]
) -> None:
    chosen = CaptionOptions(**options)
    read = w3c(written(elementlist, CaptionFormat.WEB_VTT, chosen))
    assert read["errors"] == []
    found = [
        (round(cue["start"] * 1000), round(cue["end"] * 1000), " ".join(cue["text"].split()))
        for cue in read["cues"]
    ]
    assert found == expected(elementlist, chosen)


@pytest.mark.parametrize(("elementlist", "options"), CASES)
def test_ffmpeg_reads_every_word_and_time_of_webvtt(
    elementlist: ElementList, options: dict[str, Any]
) -> None:
    chosen = CaptionOptions(**options)
    source = without_markup(elementlist)
    read = ffmpeg(written(source, CaptionFormat.WEB_VTT, chosen), "webvtt", "srt")
    assert blocks(read) == expected(source, chosen)


@pytest.mark.parametrize(("elementlist", "options"), CASES)
def test_webvtt_py_reads_every_word_and_time(
    elementlist: ElementList, options: dict[str, Any], tmp_path: Path
) -> None:
    chosen = CaptionOptions(**options)
    path = tmp_path / "captions.vtt"
    path.write_bytes(written(elementlist, CaptionFormat.WEB_VTT, chosen))
    found = [
        (
            each.start_time.in_milliseconds(),
            each.end_time.in_milliseconds(),
            " ".join(unescape(each.raw_text).split()),
        )
        for each in webvtt.read(path)
    ]
    assert found == expected(elementlist, chosen)


@pytest.mark.parametrize("ending", LineEnding)
def test_every_line_ending_is_read_by_the_w3c_parser(
    ending: LineEnding, w3c: Callable[[bytes], dict[str, Any]]
) -> None:
    options = CaptionOptions(line_ending_format=ending)
    read = w3c(written(SAMPLE, CaptionFormat.WEB_VTT, options))
    assert read["errors"] == []
    assert [" ".join(cue["text"].split()) for cue in read["cues"]] == [
        each[2] for each in expected(SAMPLE, options)
    ]


def test_the_w3c_parser_complains_of_what_is_wrong(w3c: Callable[[bytes], dict[str, Any]]) -> None:
    file = written(SAMPLE, CaptionFormat.WEB_VTT, CaptionOptions())
    assert w3c(file.replace(b" --> ", b" -> ", 1))["errors"]
    assert w3c(file.replace(b"&lt;", b"<"))["errors"]
