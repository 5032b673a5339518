"""Recordings of people, as the recognizers read them."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import av
import pytest

from scribedock.speech.span import Span
from scribedock.speech.vad import speech_spans
from tests.support.media.sound import dialogue


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demonstration recording as raw mono 16 kHz s16le."""
    path = tmp_path_factory.mktemp("recording") / "recording.pcm"
    with as_file(files("scribedock.demo") / "recording.flac") as shipped, av.open(str(shipped)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        frames = [*container.decode(audio=0), None]
        path.write_bytes(
            b"".join(part.to_ndarray().tobytes() for frame in frames for part in resampler.resample(frame))
        )
    return path


@pytest.fixture(scope="session")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, who speak for 8 and for 10 seconds in turn, as raw mono 16 kHz s16le."""
    path = tmp_path_factory.mktemp("conversation") / "conversation.pcm"
    path.write_bytes(dialogue(48))
    return path


@pytest.fixture(scope="session")
def conversation_speech(conversation: Path) -> list[Span]:
    """Return where somebody speaks in it."""
    return speech_spans(conversation)


@pytest.fixture(scope="session")
def reference() -> str:
    """Return what is said in the recording."""
    return (files("scribedock.demo") / "recording.txt").read_text()
