"""How much a recording may ask of this machine."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 16_000  # Hz; the rate of every recognizer here
BYTES_PER_SECOND = 2 * SAMPLE_RATE  # one channel of signed 16-bit samples
PEAKS_PER_S = 50  # pairs of the lowest and the highest sample, of a waveform
OVERVIEW_PER_S = 1
STARTUP_S = 60


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits within which a recording is read, whatever its file claims to be."""

    max_duration_s: int = 43_200
    memory: int = 2 * 1024**3  # bytes of address space that reading it may take

    def audio_bytes(self, rate: int) -> int:
        """Return the bytes of the longest recording's samples of 16 bits; rate: in Hz."""
        return self.max_duration_s * 2 * rate

    @property
    def cpu_s(self) -> int:
        """Return the processor time in seconds that reading may take.

        Decoding is measured at hundreds of times real time; 20 times is granted.
        """
        return STARTUP_S + self.max_duration_s // 20
