"""`scribedock transcribe` as somebody runs it: from files to captions, killed on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machine.processes import heed_interrupts
from tests.support.media.sound import silence, spoken
from tests.support.waiting import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


def started(state: Path, *arguments: object, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scribedock", "transcribe", *map(str, arguments)],
        env=os.environ
        | {"SCRIBEDOCK_SPEECH_ENGINE": "pocketsphinx", "XDG_STATE_HOME": str(state)}
        | {f"SCRIBEDOCK_{name.upper()}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )


def transcribe(state: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    running = started(state, *arguments, **settings)
    out, said = running.communicate()
    return subprocess.CompletedProcess(running.args, running.returncode, out, said)


def test_recordings_become_captions_and_what_is_there_is_kept(folder: Path, tmp_path: Path) -> None:
    spoken(folder / "a.wav", seconds=3)
    silence(folder / "silent.wav", seconds=1)
    (folder / "broken.mp3").write_text("Dear Anna")
    (folder / "notes.md").write_text("no recording")
    out = tmp_path / "captions"
    done = transcribe(tmp_path, folder, "-o", out, "--format", "srt,txt")
    assert done.returncode == 1, done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["a.srt", "a.txt", "silent.srt", "silent.txt"]
    assert "-->" in (out / "a.srt").read_text()
    said = " ".join(done.stderr.split())
    assert "left out, because they are no recordings by name: 1" in said
    assert "broken.mp3 cannot be transcribed:" in said
    assert "scribedock models pull whisper-base" in said
    assert out.joinpath("a.srt").stat().st_mode & 0o777 == 0o666 & ~umask()

    (out / "a.srt").write_text("corrected by hand")
    (folder / "broken.mp3").unlink()
    again = transcribe(tmp_path, folder, "-o", out, "--format", "srt,txt")
    assert again.returncode == 0 and again.stderr.count("is transcribed already") == 2
    assert (out / "a.srt").read_text() == "corrected by hand"
    anew = transcribe(tmp_path, folder / "a.wav", "-o", "-", "--format", "vtt", "--language", "en")
    assert anew.returncode == 0 and anew.stdout.startswith("WEBVTT\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_command_goes_on_where_it_stopped(
    folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    spoken(folder / "library.wav", seconds=40)
    running = started(tmp_path, folder / "library.wav", log_level="debug")
    steps = tmp_path / "scribedock" / "recordings"
    # All that comes before recognition is four steps; then each chunk is one.
    wait_until(lambda: len([path for path in steps.glob("*/steps/*") if not path.suffix]) > 5)
    running.send_signal(number)
    _, said = running.communicate()
    assert running.returncode == (130 if number == signal.SIGINT else -number)
    assert ("give the same command again" in said) == (number == signal.SIGINT)
    assert not (folder / "library.srt").exists()

    again = transcribe(tmp_path, folder / "library.wav", log_level="debug")
    assert again.returncode == 0, again.stderr
    assert "-->" in (folder / "library.srt").read_text()
    before, after = recognized(said), recognized(again.stderr)
    assert len(before) >= 2 and after
    assert len(before & after) <= 1  # a chunk that was recognized and not saved yet
    assert not list(steps.iterdir())


def recognized(log: str) -> set[int]:
    """Return where the chunks begin that the log says were recognized."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return {line["start_ms"] for line in lines if line["event"] == "segment recognized"}


def test_wrong_options_are_explained_before_anything_begins(folder: Path, tmp_path: Path) -> None:
    spoken(folder / "a.wav", seconds=1)
    for arguments, said in (
        ([folder / "b.wav"], "there is no such file or folder"),
        ([folder / "a.wav", "--format", "srtt"], "did you mean srt?"),
        ([folder / "a.wav", "--language", "xx"], "--language: language 'xx' is not on the list"),
        ([folder / "a.wav", "--language", "ja"], "pocketsphinx does not understand 'ja'"),
        ([folder / "a.wav", "--speakers", "many"], "--speakers: 'many' is neither auto nor a number"),
        ([folder, folder / "a.wav", "--format", "srt,vtt", "-o", "-"], "takes one recording in one format"),
    ):
        done = transcribe(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "") and said in done.stderr, done.stderr
        assert not list(folder.glob("*.srt"))


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
