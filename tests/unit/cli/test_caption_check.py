"""`scribedock captions check`, and the presets and explanations of `convert`, run as a user runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.presets import Preset
from scribedock_captions.quality.check import RULES
from tests.captions.sample import SAMPLE, say
from tests.support import commands

GOOD = "1\n00:00:00,000 --> 00:00:02,000\nThe ship has come.\n\n"
BAD = "1\n00:00:00,000 --> 00:00:00,400\nThe ship has come into the\nharbour.\n\n"
ADVICE = "1\n00:00:00,000 --> 00:00:06,000\nThe ship has come into the\nold harbour.\n\n"


def run(command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    whole = ["captions", command, *map(str, arguments)]
    done = commands.run(*whole)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(whole, done.exit_code, done.stdout, done.stderr)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (ADVICE, [], 0),
        (ADVICE, ["--strict"], 0),
        (ADVICE, ["--strict", "--language", "en"], 1),
        ("{}", [], 2),
        ("Only words, and no time.", [], 2),
        (GOOD, ["--preset", "hollywood"], 2),
    ],
)
def test_the_exit_code_says_whether_a_limit_is_broken(
    tmp_path: Path, content: str, options: list[str], code: int
) -> None:
    done = run("check", written(tmp_path, "film.srt", content), *options)
    assert done.returncode == code, done.stdout + done.stderr
    assert bool(done.stderr) == (code == 2)


def test_the_report_is_a_table(tmp_path: Path) -> None:
    done = run("check", written(tmp_path, "film.srt", BAD), "--preset", "netflix")
    assert "reading-speed" in done.stdout
    assert "0:00:00.000" in done.stdout
    assert "film.srt: 2 errors, 1 recommendations, measured by netflix" in done.stdout


def test_the_report_can_be_json(tmp_path: Path) -> None:
    done = run(
        "check", written(tmp_path, "film.vtt", "WEBVTT\n\n00:00.000 --> 00:00.400\nHello.\n"), "--json"
    )
    document = json.loads(done.stdout)
    assert document["errors"] == 1
    assert document["rules"] == {"flash": 1}
    [finding] = document["findings"]
    assert finding["rule"] in {rule.name for rule in RULES}
    assert (finding["caption"], finding["start_ms"], finding["end_ms"]) == (1, 0, 400)


def test_speech_and_shots_are_compared(tmp_path: Path) -> None:
    said = written(tmp_path, "said.json", to_json(say("The ship has come.", "And nobody saw it.", gap=4000)))
    shots = written(tmp_path, "shots.txt", "0\n1.7\n")
    srt = written(tmp_path, "film.srt", GOOD)
    found = json.loads(run("check", srt, "--elementlist", said, "--shots", shots, "--json").stdout)
    assert found["rules"] == {"shot-end": 1, "speech-without-caption": 1}
    broken = written(tmp_path, "broken.txt", "soon\n")
    assert "line 1" in run("check", srt, "--shots", broken).stderr
    assert run("check", srt, "--elementlist", tmp_path / "none.json").returncode == 2


def test_the_captions_of_a_list_are_made_and_checked(tmp_path: Path) -> None:
    done = run("check", written(tmp_path, "said.json", to_json(SAMPLE)), "--preset", "dcmp", "--json")
    document = json.loads(done.stdout)
    assert document["standard"] == "dcmp"
    assert document["figures"]["captions"] > 5
    assert "overlap" not in document["rules"]


@pytest.mark.parametrize("preset", list(Preset))
def test_captions_are_made_with_a_preset(tmp_path: Path, preset: Preset) -> None:
    said = written(tmp_path, "said.json", to_json(SAMPLE))
    done = run("convert", said, "-", "--to", "TRANSCRIPT", "--preset", preset)
    wider = run(
        "convert", said, "-", "--to", "TRANSCRIPT", "--preset", preset, "--characters-per-caption-line", "80"
    )
    assert done.returncode == wider.returncode == 0
    assert max(map(len, done.stdout.splitlines())) < max(map(len, wider.stdout.splitlines()))
    assert run("convert", said, "-", "--to", "SRT", "--preset", "hollywood").returncode == 2


def test_convert_says_why_captions_end(tmp_path: Path) -> None:
    said = written(tmp_path, "said.json", to_json(SAMPLE))
    done = run("convert", said, tmp_path / "film.srt", "--explain")
    assert "caption ends before another speaker (always)" in done.stderr
    assert "line ends" in done.stderr
    assert (tmp_path / "film.srt").read_text().startswith("1\n")
