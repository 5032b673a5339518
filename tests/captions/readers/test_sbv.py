from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import TextFormat, recognised, sbv
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from tests.captions.sample import SAMPLE


def test_written_files_are_read_back() -> None:
    source = captions_of(SAMPLE, CaptionFormat.SBV, CaptionOptions())
    cues = sbv.read(render_captions(SAMPLE, CaptionFormat.SBV, CaptionOptions()).body.decode()).cues
    assert [(cue.start, cue.end, tuple(line.text for line in cue.lines)) for cue in cues] == [
        (each.start, each.end, each.lines) for each in source.captions
    ]


@pytest.mark.parametrize(
    "times",
    ["0:00:01.000,0:00:02.500", "0:01.000,0:02.500", "00:00:01,000,00:00:02,500", "0:00:01.0, 0:00:02.5"],
)
def test_times_are_read_in_every_spelling(times: str) -> None:
    file = sbv.read(f"{times}\nHi.\n\n")
    assert [(cue.start, cue.end) for cue in file.cues] == [(1000, 2500)]
    assert file.warnings == ()
    assert recognised(f"0:01.000,0:02.500\nHi.\n\n{times}\nYou.\n") is TextFormat.SBV


def test_unreadable_parts_are_reported() -> None:
    file = sbv.read("Lost.\n-0:00:01.000,0:00:02.000\nA\nb\n\n0:00:03,0:00:04\nc\n")
    assert [(cue.start, "|".join(line.text for line in cue.lines)) for cue in file.cues] == [
        *((0, "A|b"), (None, "c")),
    ]
    assert sorted(warning.line for warning in file.warnings) == [1, 2, 6]


def test_a_file_without_times_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"has no line as 0:00:01\.000,0:00:02\.000"):
        sbv.read("Hi.\n")


def test_times_that_one_can_guess_are_no_words_and_text_like_times_is() -> None:
    file = sbv.read(
        "0:00:01.000,0:00:02.000\n1:05,2:10\n\n0:0O:03.000,0:00:04.000\nA[br]b\n\n0:00:05.000,\nc\n"
    )
    assert [(cue.start, "|".join(line.text for line in cue.lines)) for cue in file.cues] == [
        *((1000, "1:05,2:10"), (None, "A|b"), (5000, "c")),
    ]
    assert [warning.line for warning in file.warnings] == [4, 7]
