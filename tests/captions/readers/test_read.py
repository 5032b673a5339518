"""Which format a file is in, and what a hostile one of any format can do."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers import READERS, TextFormat, read, recognised
from tests.captions.readers.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("WEBVTT\n\n", TextFormat.VTT),
        ("\ufeffWEBVTT - x", TextFormat.VTT),
        ('<tt xmlns="x">', TextFormat.DFXP),
        ('<?xml version="1.0"?>\n<!-- x -->\n<tt:tt>', TextFormat.DFXP),
        ("<tt/>", TextFormat.DFXP),
        ("1\n00:00:01,000 --> 00:00:02,000\nHi.", TextFormat.SRT),
        ("\n\n 0:00:01 --> 0:00:02\nHi.", TextFormat.SRT),
        ("Hello --> there.", TextFormat.TEXT),
        ("<ttt> is no element", TextFormat.TEXT),
        ("WEBVTT2 is a name", TextFormat.TEXT),
        ("", TextFormat.TEXT),
    ],
)
def test_a_format_is_recognised_by_its_look(text: str, format: TextFormat) -> None:
    assert recognised(text) is format


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Scenarist_SCC V1.0\n", "SCC"),
        ("<SAMI><HEAD>", "SAMI"),
        ("{QTtext}{plain}", "QuickTime text"),
        ("[Script Info]\n", "SubStation Alpha"),
        ("0:00:01.000,0:00:02.000\nHi", "SBV"),
        ("<!DOCTYPE html><p>", "HTML"),
        ('{"version": 2}', "JSON"),
    ],
)
def test_a_format_that_is_not_read_is_named(text: str, name: str) -> None:
    with pytest.raises(
        UnreadableFile, match=f"^The transcript is {name}, which is not read; use text, srt, vtt, dfxp$"
    ):
        recognised(text)


def test_the_format_that_is_given_counts() -> None:
    vtt = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n"
    assert read(vtt).cues[0].start == 1000
    assert read(vtt, TextFormat.TEXT).cues[0].start is None


def test_a_recording_has_no_more_than_so_many_captions() -> None:
    many = b"".join(b"00:00:01,000 --> 00:00:02,000\na\n\n" for _ in range(50_001))
    with pytest.raises(UnreadableFile, match="the limits are 50,000 captions and 4,000,000 characters"):
        read(many)
    with pytest.raises(UnreadableFile, match="the limits are 50,000 captions and 4,000,000 characters"):
        read(b"a" * 4_000_001)


@given(st.text(max_size=200) | st.text(alphabet="WEBVT\n -->:.0159<>/&;tdivpbegn=\"'", max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for format, reader in READERS.items():
        try:
            cues = reader(text).cues
        except UnreadableFile as refused:
            assert str(refused)
            continue
        for cue in cues:
            assert cue.lines and all(line.text.strip() for line in cue.lines), format


SECONDS, MEGABYTES = 8, 300
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
resource.setrlimit(resource.RLIMIT_AS, ({bytes}, {bytes}))
from scribedock_captions.readers import TextFormat, read
from scribedock_captions.errors import UnreadableFile
from tests.captions.readers.hostile import HOSTILE, SIZE
for format in (None, *TextFormat):
    try:
        read(HOSTILE[sys.argv[1]](SIZE), format)
    except UnreadableFile as refused:
        assert len(str(refused)) < 400, str(refused)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_bounded_time_and_memory(name: str) -> None:
    code = LIMITED.format(seconds=SECONDS, bytes=MEGABYTES * 1024**2)
    done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_limits_of_that_test_are_limits() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (200 * 1024**2,) * 2); b'x' * 10**9"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 200 * 1024**2
