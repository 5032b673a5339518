"""Zip archives: names that every system can write, and bytes that are taken as they are made."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from scribedock.results.archives import FileNames, ZipStream, safe_stem

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Lecture 3: waves", "Lecture 3_ waves"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\x", "C__Windows_x"),
        ('a<b>c"d|e?f*g', "a_b_c_d_e_f_g"),
        ("trailing. . ", "trailing"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("aux ", "_aux"),
        ("console", "console"),
        ("a\u202etxt.exe\x00\n", "a_txt.exe__"),
        ("Cafe\u0301 東京 שלום", "Caf\u00e9 東京 שלום"),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_name_is_one_that_every_system_can_write(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@pytest.mark.parametrize("name", ["x" * 1000, "é" * 1000, "👩‍👩‍👧" * 100])
def test_a_long_name_is_cut_between_characters(name: str) -> None:
    stem = safe_stem(name)
    assert 0 < len(stem.encode()) <= 120


def test_no_two_files_have_one_name_whatever_their_case() -> None:
    names = FileNames()
    given = [("Talk", "aa"), ("talk", "bb"), ("TALK", "cc"), ("", "dd"), ("ﬁn", "ee"), ("fin", "ff")]
    taken = [names.take(*each) for each in given]
    assert taken == ["Talk", "talk bb", "TALK cc", "dd", "ﬁn", "fin ff"]
    assert len({each.casefold() for each in taken}) == len(taken)


def test_an_archive_is_taken_away_as_it_is_written() -> None:
    stream = ZipStream()
    parts = [
        stream.add("a.txt", b"first" * 1000, NOW),
        stream.add("ü.txt", b"second", datetime(1970, 1, 1, tzinfo=UTC)),
        stream.end(),
    ]
    assert all(parts)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt", "ü.txt"]
        assert archive.read("ü.txt") == b"second"
        assert archive.getinfo("a.txt").date_time == (2026, 5, 4, 12, 30, 0)
        assert archive.getinfo("ü.txt").date_time[0] == 1980
