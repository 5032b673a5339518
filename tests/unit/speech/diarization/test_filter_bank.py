from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_asr.preprocessors.numpy_preprocessor import KaldiPreprocessorNumpy

from scribedock.speech.diarization.filter_bank import WINDOW_SAMPLES, log_energies
from scribedock.speech.vad import read_pcm


def test_the_energies_are_those_of_an_independent_kaldi_filter_bank(recording: Path) -> None:
    pcm = read_pcm(recording, 16_000, 48_000)
    ours = log_energies(pcm, bands=80, low_hz=20, high_hz=8000)
    samples = pcm.astype(np.float32)[None]
    theirs, _ = KaldiPreprocessorNumpy("wespeaker")(samples, np.array([samples.shape[1]]))
    assert ours.shape == theirs[0].shape
    assert np.abs(ours - np.maximum(theirs[0], 0)).max() < 0.01  # digital silence is below 0 there


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (WINDOW_SAMPLES - 1, 0), (WINDOW_SAMPLES, 1), (16_000, 98)]
)
def test_there_is_a_frame_every_10_ms_that_has_25_ms_of_sound(samples: int, frames: int) -> None:
    silence = np.zeros(samples, dtype=np.int16)
    assert log_energies(silence, bands=26, low_hz=100, high_hz=7000).shape == (frames, 26)


def test_digital_silence_has_finite_energies() -> None:
    assert not log_energies(np.zeros(800, dtype=np.int16), bands=26, low_hz=100, high_hz=7000).any()


def test_a_tone_is_loudest_in_its_band() -> None:
    tone = (8000 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 16_000)).astype(np.int16)
    loudest = log_energies(tone, bands=26, low_hz=100, high_hz=7000).argmax(axis=1)
    mels = np.linspace(1127 * np.log1p(100 / 700), 1127 * np.log1p(7000 / 700), 28)[1:-1]
    assert set(loudest) == {int(np.abs(mels - 1127 * np.log1p(1000 / 700)).argmin())}
