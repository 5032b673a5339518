"""`scribedock captions check`, as people and machines use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scribedock.captions.elementlist_json import to_json
from tests.unit.captions.sample import say

GOOD = "1\n00:00:01,000 --> 00:00:03,000\nThe ships have come home.\n"
BAD = f"1\n00:00:01,000 --> 00:00:01,200\n{'x' * 60}\n\n2\n00:00:01,100 --> 00:00:04,000\nYes.\n"


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", "captions", "check", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.srt"
    path.write_text(GOOD)
    return str(path)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.srt"
    path.write_text(BAD)
    return str(path)


def test_good_captions_pass(good: str) -> None:
    done = check(good, "--preset", "netflix")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing to complain about" in done.stdout


def test_bad_captions_fail_and_are_explained(bad: str) -> None:
    done = check(bad, "--preset", "netflix")
    assert done.returncode == 1
    for rule in ("overlap", "flash", "line-length"):
        assert rule in done.stdout


def test_a_machine_gets_json(bad: str) -> None:
    done = check(bad, "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["errors"] == sum(each["severity"] == "error" for each in report["findings"])
    assert report["rules"]["overlap"] == 1


def test_an_elementlist_is_laid_out_and_explained(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(to_json(say("Tonight we talk about the ships that carry grain over the sea.")))
    explained = check(str(path), "--explain", "--preset", "bbc")
    assert explained.returncode == 0, explained.stderr
    assert "ships" in explained.stdout
    assert check(str(path), "--preset", "bbc").returncode in (0, 1)


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (GOOD, ("--preset", "best"), "none of"),
        (GOOD, ("--explain",), "needs an ElementList"),
        ("{not json", (), "scribedock:"),
        ("no times here", (), "no times"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_line(
    tmp_path: Path, content: str, arguments: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    done = check(str(path), *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert check(str(tmp_path / "missing")).returncode == 2
