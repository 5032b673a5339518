from __future__ import annotations

import pytest

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import sbv
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from tests.captions.sample import SAMPLE


def test_written_files_are_read_back() -> None:
    source = captions_of(SAMPLE, CaptionFormat.SBV, CaptionOptions())
    cues = sbv.read(render_captions(SAMPLE, CaptionFormat.SBV, CaptionOptions()).body.decode()).cues
    assert [(cue.start, cue.end, tuple(line.text for line in cue.lines)) for cue in cues] == [
        (each.start, each.end, each.lines) for each in source.captions
    ]


def test_unreadable_parts_are_reported() -> None:
    file = sbv.read(
        "Lost.\n0:00:01.000,0:00:02.000\nA\nb\n\n0:00:03.000,0:00:x\nc\n\n0:00:04.00,0:00:05.00\nd\n"
    )
    assert [(cue.start, "|".join(line.text for line in cue.lines)) for cue in file.cues] == [
        (1000, "A|b|0:00:03.000,0:00:x|c"),
        (None, "d"),
    ]
    assert [warning.line for warning in file.warnings] == [1, 9]


def test_a_file_without_times_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"has no line as 0:00:01\.000,0:00:02\.000"):
        sbv.read("Hi.\n")
