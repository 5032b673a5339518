"""A program that takes the arguments of espeak-ng, and says the same whatever it is told."""

from __future__ import annotations

import stat
import wave
from pathlib import Path

import pytest

from scribedock.media import text_to_speech
from scribedock.media.text_to_speech import RATE

SECONDS = 0.4  # that it takes for anything
PROGRAM = """#!/bin/sh
[ "$2" = en ] || exit 1
cat > /dev/null
cp {sentence} "$4"
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the program into the folder, and have it found; it knows English alone."""
    folder.mkdir()
    with wave.open(str(folder / "sentence.wav"), "wb") as sentence:
        sentence.setnchannels(1)
        sentence.setsampwidth(2)
        sentence.setframerate(RATE)
        sentence.writeframes(b"\1\1" * int(SECONDS * RATE))
    path = folder / "espeak-ng"
    path.write_text(PROGRAM.format(sentence=folder / "sentence.wav"))
    path.chmod(stat.S_IRWXU)
    monkeypatch.setattr(text_to_speech, "find_espeak", lambda: path)
    run = text_to_speech.run
    shell = [folder, Path("/bin"), Path("/usr/bin")]
    monkeypatch.setattr(text_to_speech, "run", lambda *given, **named: run(*given, **named, readable=shell))
