from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.speech.noise import CLEAN_DB, signal_to_noise_db
from scribedock.speech.span import Span

RATE = 16_000
SPEECH = [Span(start_ms=1000, end_ms=3000), Span(start_ms=4000, end_ms=6000)]


def recording(path: Path, *, noise: float, seconds: int = 7) -> Path:
    """Return a tone for two seconds, twice, over noise of that amplitude."""
    draw = np.random.default_rng(1)
    samples = noise * draw.normal(size=seconds * RATE)
    for span in SPEECH:
        time = np.arange(span.start_ms * 16, span.end_ms * 16)
        samples[time] += 8000 * np.sqrt(2) * np.sin(2 * np.pi * 220 * time / RATE)
    samples.astype("<i2").tofile(path)
    return path


@pytest.mark.parametrize("level", [0, 10, 20, 30, 40])
def test_noise_is_measured_as_it_was_mixed_in(tmp_path: Path, level: int) -> None:
    audio = recording(tmp_path / "a.pcm", noise=8000 / 10 ** (level / 20))
    assert signal_to_noise_db(audio, SPEECH) == pytest.approx(level, abs=1)


def test_silence_between_words_is_clean(tmp_path: Path) -> None:
    assert signal_to_noise_db(recording(tmp_path / "a.pcm", noise=0), SPEECH) == CLEAN_DB


def test_noise_alone_is_not_speech(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    (1000 * np.random.default_rng(1).normal(size=7 * RATE)).astype("<i2").tofile(path)
    found = signal_to_noise_db(path, SPEECH)
    assert found is not None and found < 1


def test_without_pauses_the_quietest_speech_stands_for_the_noise(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    loud = np.where(np.arange(4 * RATE) // 3200 % 5, 8000, 80)  # every fifth 200 ms are a pause
    (loud * np.random.default_rng(1).choice([-1, 1], size=4 * RATE)).astype("<i2").tofile(path)
    assert signal_to_noise_db(path, [Span(start_ms=0, end_ms=4000)]) == pytest.approx(39, abs=1)


@pytest.mark.parametrize("speech", [[], [Span(start_ms=0, end_ms=300)]])
def test_too_little_speech_gives_no_ratio(tmp_path: Path, speech: list[Span]) -> None:
    assert signal_to_noise_db(recording(tmp_path / "a.pcm", noise=1), speech) is None


def test_an_empty_recording_has_no_difficulty(tmp_path: Path) -> None:
    path = tmp_path / "a.pcm"
    path.touch()
    assert signal_to_noise_db(path, []) is None
