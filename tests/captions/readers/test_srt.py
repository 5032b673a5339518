from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import srt
from scribedock_captions.rendering import CaptionFormat, render_captions
from tests.captions.sample import say

Shown = list[tuple[int | None, int | None, str]]


def read(text: str) -> Shown:
    return [(cue.start, cue.end, "|".join(line.text for line in cue.lines)) for cue in srt.read(text).cues]


def test_written_files_are_read_back() -> None:
    body = render_captions(
        say("Hello there.", "It is 7.", gap=2000), CaptionFormat.SRT, CaptionOptions()
    ).body
    assert read(body.decode()) == [(0, 600, "Hello there."), (2600, 3500, "It is 7.")]


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,500 --> 00:00:02,000",
        "00:00:01.500 --> 00:00:02.000",
        "0:0:1,5 -->0:0:2",
        "  00:00:01,500  -->  00:00:02,000  X1:10 X2:20",
        "00:00:01,500 -> 00:00:02,000".replace("->", "--->"),
    ],
)
def test_times_are_read_in_every_spelling(times: str) -> None:
    assert read(f"1\n{times}\nHi.\n") == [(1500, 2000, "Hi.")]


def test_numbers_may_be_missing_and_wrong() -> None:
    text = "00:00:01,000 --> 00:00:02,000\nOne.\n\n7\n00:00:03,000 --> 00:00:04,000\nTwo.\n"
    assert read(text) == [(1000, 2000, "One."), (3000, 4000, "Two.")]


def test_a_spoken_number_stays() -> None:
    text = "00:00:01,000 --> 00:00:02,000\nHow many?\n12\n00:00:03,000 --> 00:00:04,000\n5\n"
    assert read(text) == [(1000, 2000, "How many?|12"), (3000, 4000, "5")]
    numbered = "1\n00:00:01,000 --> 00:00:02,000\n1984\n\n2\n00:00:03,000 --> 00:00:04,000\n5\n"
    assert read(numbered) == [(1000, 2000, "1984"), (3000, 4000, "5")]


def test_an_empty_line_in_a_caption_does_not_end_it() -> None:
    assert read("1\n00:00:01,000 --> 00:00:02,000\nOne.\n\nStill one.\n") == [(1000, 2000, "One.|Still one.")]


def test_markup_is_left_out_and_what_only_looks_like_it_is_kept() -> None:
    text = '{\\an8}<i>Hi</i> <font color="red">you</FONT>, 1 < 2 > 0 <you> {x} <b'
    assert read(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n")[0][2] == "Hi you, 1 < 2 > 0 <you> {x} <b"


def test_captions_without_text_are_left_out() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\n<i></i>\n"
    assert read(text) == []


def test_no_captions_at_all_are_an_empty_file_or_none_of_srt() -> None:
    assert read("\n \n") == []
    with pytest.raises(UnreadableFile, match="has no line as 00:00:01,000 --> 00:00:02,000"):
        read("Just words.")
