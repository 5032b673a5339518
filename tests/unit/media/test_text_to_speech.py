"""A spoken ElementList."""

from __future__ import annotations

import stat
import wave
from pathlib import Path

import pytest

from scribedock.media import text_to_speech
from scribedock.media.limits import Limits
from scribedock.media.program import ProgramMissing
from scribedock.media.text_to_speech import RATE, speak, text_of
from scribedock.media.unusable import MediaUnusable
from tests.captions.sample import say

SECONDS = 0.4  # that the program below takes for anything
PROGRAM = """#!/bin/sh
[ "$2" = en ] || exit 1
cat > /dev/null
cp {sentence} "$4"
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the arguments of espeak-ng, and says the same whatever it is told."""
    lying_in = tmp_path / "programs"
    lying_in.mkdir()
    with wave.open(str(lying_in / "sentence.wav"), "wb") as sentence:
        sentence.setnchannels(1)
        sentence.setsampwidth(2)
        sentence.setframerate(RATE)
        sentence.writeframes(b"\1\1" * int(SECONDS * RATE))
    path = lying_in / "espeak-ng"
    path.write_text(PROGRAM.format(sentence=lying_in / "sentence.wav"))
    path.chmod(stat.S_IRWXU)
    monkeypatch.setattr(text_to_speech, "find_espeak", lambda: path)
    run = text_to_speech.run
    shell = [lying_in, Path("/bin"), Path("/usr/bin")]
    monkeypatch.setattr(text_to_speech, "run", lambda *given, **named: run(*given, **named, readable=shell))


def loud(path: Path) -> list[tuple[float, float]]:
    """Return where there is sound, in seconds."""
    with wave.open(str(path)) as file:
        samples = file.readframes(file.getnframes())
    marks = [samples[place : place + 2] != b"\0\0" for place in range(0, len(samples), 2)]
    edges = [place for place in range(1, len(marks)) if marks[place] != marks[place - 1]]
    if marks[0]:
        edges.insert(0, 0)
    if marks[-1]:
        edges.append(len(marks))
    return [(round(a / RATE, 2), round(b / RATE, 2)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_each_sentence_is_said_at_its_time(tmp_path: Path, program: None) -> None:
    (tmp_path / "work").mkdir()
    spoken = speak(say("A man enters.", "He sits down.", gap=2000), tmp_path / "work", "en", Limits())
    assert loud(spoken.path) == [(0.0, 0.4), (2.9, 3.3)]


def test_a_sentence_that_comes_too_soon_waits(tmp_path: Path, program: None) -> None:
    (tmp_path / "work").mkdir()
    spoken = speak(say("One.", "Two.", gap=0, word_ms=100), tmp_path / "work", "en", Limits())
    assert loud(spoken.path) == [(0.0, 0.8)]


def test_a_language_without_a_voice_is_reported(tmp_path: Path, program: None) -> None:
    (tmp_path / "work").mkdir()
    with pytest.raises(MediaUnusable, match="'xx'"):
        speak(say("One."), tmp_path / "work", "xx", Limits())


def test_without_the_program_the_operator_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_to_speech, "find_espeak", lambda: None)
    with pytest.raises(ProgramMissing, match="no espeak-ng"):
        speak(say("One."), tmp_path, "en", Limits())


def test_sounds_are_not_spoken() -> None:
    [segment] = say("[MUSIC] A man, enters.").segments
    assert text_of(segment) == "A man, enters."


@pytest.mark.trials
def test_the_real_program_speaks(tmp_path: Path) -> None:
    assert text_to_speech.find_espeak() is not None, (
        "this test needs espeak-ng (on Debian: apt-get install espeak-ng)"
    )
    spoken = speak(say("A man enters the room.", gap=2000), tmp_path, "en", Limits())
    with wave.open(str(spoken.path)) as file:
        assert file.getframerate() == RATE
        assert any(file.readframes(file.getnframes()))
