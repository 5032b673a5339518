"""SCC is read as a decoder shows it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from scribedock_captions.cea608.characters import CHARACTERS, encoded, with_parity
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.placement import Placement, Vertical
from scribedock_captions.readers import CueFile
from scribedock_captions.readers import read as read_any
from scribedock_captions.readers.scc import scc
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from scribedock_captions.style import Style, StyledSpan
from scribedock_captions.writers.scc import scc as writer
from tests.captions.sample import SAMPLE
from tests.captions.writers.decoder import decode, milliseconds
from tests.captions.writers.documents import document
from tests.captions.writers.timed_texts import timed_texts

HEADER = "Scenarist_SCC V1.0\n\n"


def pairs(*codes: int) -> str:
    """Control codes, each twice."""
    return " ".join(
        f"{with_parity(code >> 8):02x}{with_parity(code & 0xFF):02x}" for code in codes for _ in "ab"
    )


def said(text: str) -> str:
    return encoded(text).hex(" ", 2)


def read(*packets: tuple[str, str]) -> CueFile:
    return scc.read(HEADER + "\n\n".join(f"{time}\t{data}" for time, data in packets) + "\n")


def shown(file: CueFile) -> list[tuple[int | None, int | None, str]]:
    return [(cue.start, cue.end, "|".join(line.text for line in cue.lines)) for cue in file.cues]


RCL, EOC, EDM, CR = 0x1420, 0x142F, 0x142C, 0x142D
ROW_1, ROW_15, ROW_15_ITALIC = 0x1140, 0x1470, 0x146E


def test_written_files_are_read_back() -> None:
    source = captions_of(SAMPLE, CaptionFormat.SCC, CaptionOptions())
    cues = scc.read(render_captions(SAMPLE, CaptionFormat.SCC, CaptionOptions()).body.decode()).cues
    assert [" ".join(line.text for line in cue.lines).replace("’", "'") for cue in cues] == [
        " ".join(each.lines).replace("’", "'") for each in source.captions
    ]


@settings(max_examples=100)
@given(timed_texts())
def test_it_shows_what_another_decoder_shows(captions: list[tuple[str, int, int]]) -> None:
    text = writer.write(document(*captions))
    found = [(cue.start, cue.end, [line.text.split() for line in cue.lines]) for cue in scc.read(text).cues]
    assert found == [
        (
            int(milliseconds(each.start) + 0.5),
            int(milliseconds(each.end or 0) + 0.5),
            [row.split() for row in each.text.split("\n")],
        )
        for each in decode(text)
    ]


def test_every_character_is_read() -> None:
    letters = "".join(sorted(CHARACTERS - {" ", "\u00a0", "’"}))
    for start in range(0, len(letters), 30):
        part = letters[start : start + 30]
        file = read(("00:00:01:00", f"{pairs(RCL, ROW_15)} {said(part)} {pairs(EOC)}"))
        assert file.cues[0].lines[0].text == part


def test_time_code_counts_dropped_frames_where_it_is_marked_so() -> None:
    data = f"{pairs(RCL, ROW_15)} {said('Hi')} {pairs(EOC)}"
    assert read(("00:10:00;00", data)).cues[0].start == 600_166  # 5 frames are sent before it is shown
    assert read(("00:10:00:00", data)).cues[0].start == 600_767


def test_rows_that_roll_up_are_captions_of_their_own() -> None:
    rolled = read(
        ("00:00:01:00", f"{pairs(0x1425, CR, ROW_15)} {said('One')}"),
        ("00:00:03:00", f"{pairs(0x1425, CR, ROW_15)} {said('Two')}"),
        ("00:00:05:00", pairs(EDM)),
    )
    assert [text for _, _, text in shown(rolled)] == ["One", "Two"]
    assert rolled.cues[0].end == 3070
    assert rolled.cues[1].end == 5005


def test_painted_captions_begin_with_their_first_letter() -> None:
    painted = read(
        ("00:00:01:00", f"{pairs(0x1429, ROW_15)} {said('One')}"),
        ("00:00:03:00", f"{pairs(0x1429, ROW_15)} {said('Two')}"),
        ("00:00:05:00", pairs(EDM)),
    )
    assert shown(painted) == [(1134, 3003, "One"), (3136, 5005, "Two")]


def test_italics_and_places_are_kept() -> None:
    file = read(
        ("00:00:01:00", f"{pairs(RCL, ROW_1)} {said('Top')} {pairs(EOC)}"),
        ("00:00:02:00", f"{pairs(RCL, ROW_15_ITALIC)} {said('Slanted')} {pairs(EOC)}"),
        ("00:00:03:00", pairs(EDM)),
    )
    assert [cue.placement for cue in file.cues] == [Placement(vertical=Vertical.TOP), None]
    assert file.cues[1].lines[0].spans == (StyledSpan(start=0, end=7, style=Style(italic=True)),)


def test_unused_parts_are_reported() -> None:
    file = read(
        ("00:00:01:00", f"{pairs(RCL, ROW_15)} {said('Hi')} {pairs(EOC)}"),
        ("00:00:02:00", f"{pairs(0x1C20, 0x1C70)} {said('Other')} {pairs(0x1C2F)}"),
        ("00:00:0x:00", "9420"),
        ("00:00:04:00", pairs(EDM) + " 4141 94x0 942"),
    )
    assert shown(file) == [(1168, 4004, "Hi")]
    assert [warning.line for warning in file.warnings] == [5, 7, 9, 9]


def test_letters_beyond_the_last_column_are_kept_and_reported() -> None:
    file = read(("00:00:01:00", f"{pairs(RCL, 0x147C, 0x1723)} {said('(thunder)')} {pairs(EOC)}"))
    assert file.cues[0].lines[0].text == "(thunder)"
    assert len(file.warnings) == 1


def test_another_beginning_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"must begin with a line Scenarist_SCC V1\.0"):
        scc.read("00:00:01:00\t9420\n")


@pytest.mark.parametrize("first", ["", "Scenarist_SCC V2.0\n\n"])
def test_another_first_line_is_forgiven_where_the_format_is_detected(first: str) -> None:
    packets = f"00:00:01:00\t{pairs(RCL, ROW_15)} {said('Hi')} {pairs(EOC)}\n\n00:00:03:00\t{pairs(EDM)}\n"
    file = read_any((first + packets).encode())
    assert shown(file) == [(1168, 3003, "Hi")]
    assert [str(warning) for warning in file.warnings] == [
        "line 1: the file should begin with a line Scenarist_SCC V1.0"
    ]
