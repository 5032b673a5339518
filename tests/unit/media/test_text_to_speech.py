"""A spoken ElementList."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from scribedock.media import text_to_speech
from scribedock.media.limits import Limits
from scribedock.media.program import ProgramMissing
from scribedock.media.text_to_speech import RATE, speak, text_of
from scribedock.media.unusable import MediaUnusable
from tests.captions.sample import say
from tests.support.media.speaking import install


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "programs", monkeypatch)


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
    assert spoken.spans == ((0, 400), (2900, 3300))


def test_a_sentence_that_comes_too_soon_waits(tmp_path: Path, program: None) -> None:
    (tmp_path / "work").mkdir()
    spoken = speak(say("One.", "Two.", gap=0, word_ms=100), tmp_path / "work", "en", Limits())
    assert loud(spoken.path) == [(0.0, 0.8)]
    assert spoken.spans == ((0, 400), (400, 800))


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
