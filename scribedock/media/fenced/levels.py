"""How loud a recording is, and how alike its channels are; used in the fenced child only."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

from scribedock.media.limits import SAMPLE_RATE

Samples = npt.NDArray[np.float32]

BLOCK_SAMPLES = SAMPLE_RATE // 10
"""The number of samples of the mix for which one peak is kept."""
PEAK_QUANTILE = 0.99
"""The quantile of the peaks that counts as the peak of the recording: a cough or a click is louder for a
moment, speech is not."""
FULL_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}
CENTRE_CHANNEL = "FC"


class LevelMeter:
    """Measures the levels of the channels and of their mix during decoding."""

    def __init__(self) -> None:
        self._peaks = array("f")
        self._rest: Samples = np.zeros(0, np.float32)
        self._products: defaultdict[tuple[str, ...], npt.NDArray[np.float64]] = defaultdict(
            lambda: np.zeros((0, 0))
        )

    def add_channels(self, names: tuple[str, ...], channels: Samples) -> None:
        """Add samples of the channels, one row each, in the order of their names."""
        product = channels.astype(np.float64) @ channels.T.astype(np.float64)
        before = self._products[names]
        self._products[names] = product if before.shape != product.shape else before + product

    def add_mix(self, samples: Samples) -> None:
        """Add samples of the mix at 16 kHz, before amplification."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES
        self._rest = samples[whole:]
        self._peaks.extend(
            np.abs(samples[:whole]).reshape(-1, BLOCK_SAMPLES).max(axis=1).tolist() if whole else ()
        )

    def measured(self) -> dict[str, Any]:
        """Return the fields of `audio.Levels`, as JSON."""
        peaks = np.frombuffer(self._peaks, np.float32) if self._peaks else np.abs(self._rest)
        heard = peaks[peaks > 0]
        names, product = max(
            self._products.items(), key=lambda each: float(np.trace(each[1])), default=((), np.zeros((0, 0)))
        )
        energy = np.diag(product)
        scale = np.sqrt(np.outer(energy, energy))
        alike = np.divide(product, scale, out=np.ones_like(product), where=scale > 0)
        return {
            "peak": float(np.sort(heard)[int(PEAK_QUANTILE * (len(heard) - 1))]) if len(heard) else 0.0,
            "energy": energy.tolist(),
            "correlation": alike.tolist(),
            "centre": names.index(CENTRE_CHANNEL) if CENTRE_CHANNEL in names else None,
        }


def channels_of(frame: AudioFrame) -> Samples:
    """Return the samples of a frame, one row a channel, 1 being full scale. NaN counts as silence."""
    name = frame.format.name
    found = frame.to_ndarray()
    if not frame.format.is_planar:
        found = found.reshape(-1, frame.layout.nb_channels).T
    full = FULL_SCALE.get(name.removesuffix("p"))
    samples = found.astype(np.float32)
    if full is not None:
        samples = (samples - full if name.startswith("u8") else samples) / np.float32(full)
    return sound_numbers(samples)


def sound_numbers(samples: Samples) -> Samples:
    """Replace what a damaged or hostile file may hold instead of numbers by silence."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)


def names_of(frame: AudioFrame) -> tuple[str, ...]:
    return tuple(channel.name for channel in frame.layout.channels)
