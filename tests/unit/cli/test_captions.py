"""`scribedock captions convert`, run as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest

from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.options import CaptionOptions
from scribedock_captions.readers import read
from scribedock_captions.rendering import CaptionFormat, render_captions
from scribedock_captions.writers import WRITERS
from tests.captions.sample import SAMPLE
from tests.captions.schema import EMITTED
from tests.support import commands

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere.\n\n2\n00:00:04,000 --> 00:00:05,000\nI am café.\n\n"


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["captions", "convert", *map(str, arguments)]
    done = commands.run(*command, text=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(command, done.exit_code, done.stdout_bytes, done.stderr_bytes)


def converted(*arguments: str | Path, stdin: bytes = b"") -> str:
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "film.srt"
    path.write_text(SRT)
    return path


@pytest.fixture
def elementlist(tmp_path: Path) -> Path:
    path = tmp_path / "list.json"
    path.write_bytes(to_json(SAMPLE))
    return path


@pytest.mark.parametrize("format", CaptionFormat)
def test_an_elementlist_becomes_what_the_api_makes_of_it(
    elementlist: Path, tmp_path: Path, format: CaptionFormat
) -> None:
    target = tmp_path / f"film{WRITERS[format].extension}"
    assert converted(elementlist, target, "--to", format.value, "--title", "") == ""
    received = parse(elementlist.read_bytes())  # its speakers are numbered from 1
    rendered = render_captions(received, format, CaptionOptions(), metadata=Metadata(language_header=True))
    assert target.read_bytes() == rendered.body


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("film.srt", b"1\n00:"),
        ("film.VTT", b"WEBVTT\n"),
        ("film.sbv", b"0:00:"),
        ("film.scc", b"Scenarist_SCC"),
        ("film.dfxp", b"<?xml"),
        ("film.smi", b"<SAMI>"),
        ("film.qt.txt", b"{QTtext}"),
        ("film.txt", b"Hello\n"),
        ("film.json", b'{"version":2'),
    ],
)
def test_the_name_of_the_target_says_its_format(srt: Path, tmp_path: Path, name: str, start: bytes) -> None:
    converted(srt, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_captions_keep_their_lines_and_times(srt: Path) -> None:
    assert converted(srt, "-", "--to", "web_vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello\nthere.\n\n"
        "00:00:04.000 --> 00:00:05.000\nI am café.\n"
    )
    windows = run(srt, "-", "--to", "srt", "--line-ending-format", "windows", "--utf8-mark", "yes")
    assert windows.stdout == b"\xef\xbb\xbf" + SRT.replace("\n", "\r\n").encode()


def test_webvtt_names_the_language_where_it_is_known(srt: Path, tmp_path: Path) -> None:
    vtt = tmp_path / "film.vtt"
    converted(srt, vtt, "--language", "pt-BR")
    assert vtt.read_text().startswith("WEBVTT\nLanguage: pt-br\n\n00:00:01.000 -->")
    again = read(vtt.read_bytes())
    assert (again.language, len(again.cues), again.warnings) == ("pt-br", 2, ())
    assert "Language: pt-br" in converted(vtt, "-", "--to", "web_vtt")


def test_a_language_that_is_no_tag_does_not_get_into_a_header(srt: Path) -> None:
    text = converted(srt, "-", "--to", "web_vtt", "--language", "en\n\n00:00.000 --> 00:01.000\nNo")
    assert text.startswith("WEBVTT\n\n00:00:01.000")


def test_a_layout_option_lays_them_out_again(srt: Path) -> None:
    text = converted(
        srt, "-", "--to", "TRANSCRIPT", "--characters-per-caption-line", "40", "--force-case", "upper"
    )
    assert text == "HELLO THERE.\n\nI AM CAFÉ.\n"


def test_captions_become_an_elementlist_that_keeps_to_the_schema(srt: Path) -> None:
    found = json.loads(converted(srt, "-", "--to", "elementlist", "--language", "FR", "--duration", "9000"))
    jsonschema.validate(found, EMITTED)
    assert (found["language"], found["end_time"], len(found["segments"])) == ("fr", 9000, 2)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("text", "Hello there."),
        ("srt", SRT),
        ("vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello there.\n"),
        ("dfxp", '<tt><body><div><p begin="1s" end="2s">Hello<br/>there.</p></div></body></tt>'),
    ],
)
def test_every_reader_meets_every_writer_and_loses_no_word(source: str, text: str) -> None:
    expected = [word for word in "Hello there. I am café.".split() if word in text]
    for format in CaptionFormat:
        body = converted("-", "-", "--from", source, "--to", format.value, stdin=text.encode())
        if format in (CaptionFormat.SRT, CaptionFormat.WEB_VTT, CaptionFormat.DFXP, CaptionFormat.TRANSCRIPT):
            words = [
                word for cue in read(body.encode()).cues for line in cue.lines for word in line.text.split()
            ]
            assert words == expected, format
        elif format is not CaptionFormat.SCC:
            assert all(word in body for word in expected), format


def test_every_option_of_captions_is_an_option_of_the_command() -> None:
    text = converted("--help")
    for option in fields(CaptionOptions):
        assert f"--{option.name.replace('_', '-')}" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["missing.srt", "-", "--to", "srt"], "missing.srt: No such file or directory"),
        (["film.srt", "film.xml"], "--to: 'film.xml' does not say the format; give one of SRT, SBV"),
        (["film.srt", "film.doc"], "--to: 'film.doc' does not say the format; give one of SRT, SBV"),
        (["film.srt", "-", "--to", "docx"], "--to: 'docx' is none of SRT, SBV"),
        (
            ["film.srt", "-", "--to", "srt", "--from", "stl"],
            "--from: 'stl' is none of elementlist, text, srt",
        ),
        (
            ["film.srt", "-", "--to", "srt", "--from", "vtt"],
            "The VTT transcript must begin with a line WEBVTT",
        ),
        (["film.srt", "-", "--to", "srt", "--from", "elementlist"], "The ElementList is not JSON: "),
        (["film.srt", "-", "--to", "srt", "--utf8-mark", "perhaps"], "utf8_mark: 'perhaps' is not a boolean"),
        (
            ["film.srt", "-", "--to", "srt", "--lines-per-caption", "0"],
            "lines_per_caption: must be a whole number",
        ),
        (
            ["film.srt", "-", "--to", "dfxp", "--dfxp-header", "<body/>"],
            "dfxp_header: the element must be head",
        ),
        (["film.srt", "no/such/folder.srt"], "no/such/folder.srt: No such file or directory"),
    ],
)
def test_an_impossible_conversion_is_reported_and_writes_nothing(
    srt: Path, arguments: list[str], problem: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scribedock", "captions", "convert", *arguments],
        cwd=srt.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"scribedock: {problem}")
    assert [path.name for path in srt.parent.iterdir()] == ["film.srt"]


LOSSY = "Lost.\n\n1\n-00:00:01,000 --> 00:00:02,000\nHello.\n"


def test_what_cannot_be_kept_is_said_with_its_line_and_strictly_nothing_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "film.srt", tmp_path / "film.vtt"
    source.write_text(LOSSY)
    done = run(source, target, "--strict")
    assert (done.returncode, target.exists()) == (2, False)
    assert done.stderr.decode().splitlines() == [
        f"scribedock: warning: {source}: line 1: text before the first times is left out: 'Lost.'",
        f"scribedock: warning: {source}: line 4: the caption begins before the recording; it is shown from 0",
        "scribedock: nothing is written, since --strict allows no warning",
    ]
    assert run(source, target).returncode == 0
    assert "00:00:00.000 --> 00:00:02.000\nHello." in target.read_text()


def test_what_the_target_cannot_show_is_said(tmp_path: Path) -> None:
    source = tmp_path / "film.srt"
    source.write_text("00:01,0 --> 00:02,0\n{\\an8}<i>Hello.</i>\n")
    done = run(source, "-", "--to", "sbv")
    assert b"SBV has no places: 1 caption is shown at the bottom" in done.stderr
    assert b"SBV has no italics, bold or underline: 1 caption is shown without" in done.stderr
    assert run(source, "-", "--to", "srt", "--strict").stderr == b""


def test_an_encoding_that_is_given_is_not_guessed(tmp_path: Path) -> None:
    source = tmp_path / "film.srt"
    source.write_bytes("00:01,0 --> 00:02,0\nДобрый вечер.\n".encode("cp1251"))
    guessed = run(source, "-", "--to", "transcript")
    assert guessed.stdout.decode() == "Добрый вечер.\n"
    assert (
        b"line 2: the file is not in UTF-8 and names no encoding: windows-1251 is a guess" in guessed.stderr
    )
    assert run(source, "-", "--to", "transcript", "--encoding", "windows-1251").stderr == b""
    assert b"'klingon' is no encoding" in run(source, "-", "--to", "srt", "--encoding", "klingon").stderr


def test_one_of_several_languages_is_converted(tmp_path: Path) -> None:
    source = tmp_path / "film.dfxp"
    source.write_text(
        '<tt xml:lang="en"><body><div xml:lang="en"><p begin="1s" end="2s">Hi.</p></div><div xml:lang="nl">'
        '<p begin="1s" end="2s">Hoi.</p></div></body></tt>'
    )
    assert converted(source, "-", "--to", "transcript") == "Hi.\n"
    assert converted(source, "-", "--to", "transcript", "--language", "nl") == "Hoi.\n"
    refused = run(source, "-", "--to", "srt", "--language", "de")
    assert b"The captions are in en, nl; none of them is de" in refused.stderr


@pytest.mark.parametrize(
    "options",
    [["--characters-per-caption-line", "42"], ["--preset", "netflix"], ["--lines-per-caption", "1"]],
)
def test_no_word_of_a_file_is_left_out_unless_an_option_asks(tmp_path: Path, options: list[str]) -> None:
    source = tmp_path / "film.srt"
    source.write_text(
        "00:01,0 --> 00:05,0\n[door slams]\nUm, er ist da, uh.\n\n00:07,0 --> 00:09,0\n[MUSIC]\n"
    )
    assert converted(source, "-", "--to", "transcript", *options).split() == (
        "[door slams] Um, er ist da, uh. [MUSIC]".split()
    )
    asked = converted(source, "-", "--to", "transcript", "--remove-sound-references", "true", *options)
    assert asked.split() == "Um, er ist da, uh.".split()


def test_a_width_changes_lines_and_no_times(tmp_path: Path) -> None:
    source = tmp_path / "film.srt"
    source.write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n[door\nslams]\n\n2\n00:00:02,500 --> 00:00:05,000\nHello.\n\n"
    )
    assert converted(source, "-", "--to", "srt", "--characters-per-caption-line", "20") == (
        "1\n00:00:01,000 --> 00:00:02,000\n[door slams]\n\n2\n00:00:02,500 --> 00:00:05,000\nHello.\n\n"
    )


def test_every_name_in_capitals_is_a_speaker_where_one_is(tmp_path: Path) -> None:
    source = tmp_path / "film.srt"
    lines = ("ADA: Hello there.", "BEN: Hi, Ada.", "ADA: Bye.")
    source.write_text("\n".join(f"00:0{n},0 --> 00:0{n + 1},0\n{line}\n" for n, line in enumerate(lines)))
    assert converted(source, "-", "--to", "transcript", "--preset", "bbc").split("\n\n") == [
        *lines[:2],
        f"{lines[2]}\n",
    ]


def test_an_abbreviation_ends_no_sentence(tmp_path: Path) -> None:
    source = tmp_path / "film.srt"
    source.write_text(
        "00:00,0 --> 00:09,0\nSee Fig. 3 and Vol. 2 of Smith Inc. in Main Ave. near No. 7. So it is.\n"
    )
    found = json.loads(converted(source, "-", "--to", "elementlist"))
    assert [len(segment["sequences"]) for segment in found["segments"]] == [15, 3]
