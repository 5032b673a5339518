"""The spectrum of speech as Kaldi's `fbank` has it: log energies of mel bands, a frame every 10 ms."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scribedock.speech.recognizer import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.recognizer import Pcm

    Frames = npt.NDArray[np.float32]

FRAME_MS = 10
HOP_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
WINDOW_SAMPLES = SAMPLE_RATE * 25 // 1000
FFT_SIZE = 512
PREEMPHASIS = 0.97
MIN_ENERGY = 1.0  # of a band, where samples are 16 bits wide: digital silence has a logarithm, too


def log_energies(pcm: Pcm, *, bands: int, low_hz: float, high_hz: float) -> Frames:
    """Return frames x bands of mono 16 kHz samples; no frame for fewer samples than 25 ms."""
    import numpy as np

    if len(pcm) < WINDOW_SAMPLES:
        return np.zeros((0, bands), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(pcm.astype(np.float32), WINDOW_SAMPLES)[::HOP_SAMPLES]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    shaped = (frames - np.float32(PREEMPHASIS) * before) * np.hamming(WINDOW_SAMPLES).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(shaped, FFT_SIZE))).astype(np.float32)
    energies: Frames = np.log(np.maximum(power @ _bank(bands, low_hz, high_hz), np.float32(MIN_ENERGY)))
    return energies


@lru_cache
def _bank(bands: int, low_hz: float, high_hz: float) -> Frames:
    """Return bins x bands: triangles on the mel scale, each between the centres of its neighbours."""
    import numpy as np

    def mel(hertz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return 1127 * np.log1p(hertz / 700)

    low, high = mel(np.array([low_hz, high_hz]))
    edges = np.linspace(low, high, bands + 2)
    bins = mel(np.arange(FFT_SIZE // 2 + 1) * SAMPLE_RATE / FFT_SIZE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles: Frames = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return triangles
