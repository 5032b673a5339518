"""The peaks of a recording's waveform; used in the fenced child only.

First come PEAKS_PER_S pairs of signed bytes a second, then OVERVIEW_PER_S: the lowest and the highest sample
of their time, from -127 to 127.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scribedock.media.limits import OVERVIEW_PER_S, PEAKS_PER_S, SAMPLE_RATE

SAMPLES = SAMPLE_RATE // PEAKS_PER_S  # behind one pair
SAMPLE_BYTES = 2
FULL_SCALE = 32_768
MAX_PEAK = 127

Pairs = npt.NDArray[np.int8]


class PeakMeter:
    """Takes samples in any portions, writes the peaks as they come, and the overview at the end."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._rest = b""
        self._pairs: list[Pairs] = []
        self.pairs = 0

    def add(self, samples: bytes) -> None:
        """Take 16 kHz mono signed 16-bit little-endian samples."""
        data = self._rest + samples
        whole = len(data) - len(data) % (SAMPLES * SAMPLE_BYTES)
        self._rest = data[whole:]
        if whole:
            self._put(np.frombuffer(data[:whole], "<i2").reshape(-1, SAMPLES))

    def finish(self) -> int:
        """Write what is left, and the overview; return the number of pairs of the overview."""
        if self._rest:
            self._put(np.frombuffer(self._rest, "<i2").reshape(1, -1))
        pairs = np.concatenate(self._pairs) if self._pairs else np.zeros((0, 2), np.int8)
        window = PEAKS_PER_S // OVERVIEW_PER_S
        starts = np.arange(0, len(pairs), window)
        if len(starts):
            low = np.minimum.reduceat(pairs[:, 0], starts)
            high = np.maximum.reduceat(pairs[:, 1], starts)
            self._write(np.stack([low, high], axis=1).tobytes())
        return len(starts)

    def _put(self, windows: npt.NDArray[np.int16]) -> None:
        extremes = np.stack([windows.min(axis=1), windows.max(axis=1)], axis=1)
        pairs = np.rint(extremes.astype(np.float32) * (MAX_PEAK / FULL_SCALE)).astype(np.int8)
        self._pairs.append(pairs)
        self.pairs += len(pairs)
        self._write(pairs.tobytes())
