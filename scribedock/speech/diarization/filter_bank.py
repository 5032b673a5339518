"""The spectrum of speech as Kaldi's `fbank` has it: log energies of mel bands, a frame every 10 ms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scribedock.speech.recognizer import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.recognizer import Pcm

    Frames = npt.NDArray[np.float32]

FRAME_MS = 10
WINDOW_MS = 25
WINDOW_SAMPLES = SAMPLE_RATE * WINDOW_MS // 1000
MIN_LOG_ENERGY = 0.0  # of a band, where samples are 16 bits wide: digital silence has an energy, too


def log_energies(pcm: Pcm, *, bands: int, low_hz: float, high_hz: float) -> Frames:
    """Return frames x bands of mono 16 kHz samples; no frame for fewer samples than 25 ms."""
    import kaldi_native_fbank
    import numpy as np

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.frame_shift_ms = FRAME_MS
    options.frame_opts.frame_length_ms = WINDOW_MS
    options.frame_opts.window_type = "hamming"
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = bands
    options.mel_opts.low_freq = low_hz
    options.mel_opts.high_freq = high_hz
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(SAMPLE_RATE, pcm.astype(np.float32))
    found = np.empty((bank.num_frames_ready, bands), dtype=np.float32)
    for number in range(len(found)):
        found[number] = bank.get_frame(number)
    return np.maximum(found, np.float32(MIN_LOG_ENERGY))
