"""Which format a file is in, and what a hostile one of any format can do."""

from __future__ import annotations

import re
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
        ('<?xml version="1.0"?>\n<?xml-stylesheet href="a.css"?>\n<tt>', TextFormat.DFXP),
        ("Scenarist_SCC V1.0\n\n00:00:01:00\t9420", TextFormat.SCC),
        ("0:00:01.000,0:00:02.000\nHi", TextFormat.SBV),
        ("1\n00:01,000 --> 00:02,000\nHi.", TextFormat.SRT),
        ("1\n00:00:01.000000 --> 00:00:02.500000\nHi.", TextFormat.SRT),
        ("-00:00:01,000 --> 00:00:02,000\nHi.", TextFormat.SRT),
        ("We met from 9:30 -> 10:15.", TextFormat.TEXT),
        ("[00:05] Hello.\n[00:10] Yes.", TextFormat.TEXT),
        ("[00:00:05] Ada: Hello.\n[00:00:10] Ben: Yes.", TextFormat.TEXT),
        ("00:00:01:00 - 00:00:02:00\nHi.", TextFormat.SRT),
        ("[00:00:01.000 --> 00:00:02.000]  Hi.", TextFormat.SRT),
        ("WEBVTT2 is a name", TextFormat.TEXT),
        ("", TextFormat.TEXT),
    ],
)
def test_a_format_is_detected_from_its_content(text: str, format: TextFormat) -> None:
    assert recognised(text) is format


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<SAMI><HEAD>", "SAMI"),
        ("{QTtext}{plain}", "QuickTime text"),
        ("[Script Info]\n", "SubStation Alpha (ASS or SSA)"),
        ("Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hi", "SubStation Alpha (ASS or SSA)"),
        ("<!DOCTYPE html><p>", "HTML"),
        ('{"version": 2}', "JSON"),
        ('[{"start": 0.0, "text": "Hi"}]', "JSON"),
        ("File Format=MacCaption_MCC V2.0\n", "MCC (MacCaption)"),
        ("[INFORMATION]\n[TITLE]Film\n", "SubViewer"),
        ("00:00:01.00,00:00:02.00\nHi[br]you\n", "SubViewer"),
        ('<?xml version="1.0"?>\n<transcript><text start="1">Hi</text>', "YouTube XML"),
        ('<?xml version="1.0"?><timedtext format="3">', "YouTube XML"),
        ("start\tend\ttext\n0\t900\tHi\n", "TSV, as Whisper writes it"),
        ("0\t900\tHi\n900\t1800\tYou\n", "TSV"),
        ("[ti:Song]\n[00:01.00]Hi\n[00:02.50]you\n", "LRC"),
        ("{0}{25}Hi\n{26}{50}you\n", "MicroDVD"),
        ("[10][20]Hi\n[20][30]you\n", "MPL2"),
        ("00:00:01:Hi\n00:00:02:you\n", "TMPlayer"),
        ("$FontName = Arial\n", "Spruce STL"),
        ("00:00:01:00 , 00:00:02:00 , Hi\n", "Spruce STL"),
        ("number,start,end,text\n1,0,2,Hi\n", "CSV"),
        ('"Start time","End time","Text"\n', "CSV"),
        ("<begin subtitles>\n", "Avid DS captions"),
        ("; made by hand\n[Script Info]\n", "SubStation Alpha (ASS or SSA)"),
        ('1,25,"Hi"\n26,50,"You"\n', "PJS"),
        ("-->> 000025\nHi\n", "AQTitle"),
        ("0:00:01.00 0:00:02.00 D Hi\n0:00:03.00 0:00:04.00 D You\n", "JACOsub"),
        ("1 00:00:01:00 00:00:02:00 Hi\n2 00:00:03:00 00:00:04:00 You\n", "Adobe Encore text"),
        ("1\t00:00:01:00\t00:00:02:00\tHi\n2\t00:00:03:00\t00:00:04:00\tYou\n", "TSV"),
        ("TITLE: Cut 3\nFCM: NON-DROP FRAME\n", "an edit list"),
        ('<?xml version="1.0"?><fcpxml version="1.9">', "a project of Final Cut"),
        ('<?xml version="1.0"?><rss>', "XML, but not TTML"),
    ],
)
def test_a_format_that_is_not_read_is_named(text: str, name: str) -> None:
    with pytest.raises(
        UnreadableFile,
        match=f"^The transcript is {re.escape(name)}, which is not read; use text, srt, vtt, dfxp, scc, sbv$",
    ):
        recognised(text)


def test_the_format_that_is_given_counts() -> None:
    vtt = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n"
    assert read(vtt).cues[0].start == 1000
    as_text = read(vtt, TextFormat.TEXT)
    assert as_text.cues[0].start is None
    assert [str(warning) for warning in as_text.warnings] == [
        "line 1: this looks like VTT, and is read as plain text"
    ]


def test_a_file_without_captions_is_reported() -> None:
    empty = b'<tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>'
    assert [str(warning) for warning in read(empty).warnings] == ["there are no captions in the file"]
    assert read(b"").warnings == ()


def test_a_text_that_looks_like_captions_of_another_format_is_reported() -> None:
    [warning] = read(b"File Format=MacCaption_MCC V1.0\n", TextFormat.TEXT).warnings
    assert str(warning) == "line 1: this looks like MCC (MacCaption), and is read as plain text"


def test_the_number_of_captions_is_limited() -> None:
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
