"""Decoded sound on its way to the samples; runs in the fenced child only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from scribedock.media.fenced.levels import LevelMeter, Samples, channels_of, names_of, sound_numbers
from scribedock.media.limits import SAMPLE_RATE
from scribedock.media.unusable import MediaUnusable

UNDECLARED_GAP_S = 600
GAP_S = Fraction(1, 10)  # shorter ones are the jitter of time stamps
FIRST_GAP_S = Fraction(1, 100)  # the first time stamp has none
SAMPLE_RATES = range(1_000, 768_001)
FULL_SCALE = 32_768
SAMPLE_BYTES = 2
MEASURED_FRAME_INTERVAL = 8
"""One in this many frames is measured for what its channels have in common."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How the channels of a recording are mixed to one."""

    # The number of the only channel to take; None: FFmpeg's mix of all.
    channel: int | None = None
    # The factor of each sample, before it is reduced to 16 bits.
    gain: float = 1.0


class Sound:
    """Writes mono signed 16-bit little-endian samples at the place that their time stamps give.

    rate: of what is written, in Hz.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        *,
        start_s: Fraction,
        declared_s: Fraction | None,
        mix: Mix,
        levels: LevelMeter,
        rate: int = SAMPLE_RATE,
    ) -> None:
        self._write = write
        self._rate = rate
        self._start_s = start_s
        self._declared_s = declared_s
        self._mix = mix
        self._levels = levels
        self._resampler = resampler(channels=1, rate=rate)
        self._shape: tuple[str, str, int] | None = None
        self._frames = 0
        self._waiting: list[Samples] = []
        self._waiting_samples = 0
        self._expected_s: Fraction | None = None
        self.written = 0  # bytes

    @property
    def written_s(self) -> Fraction:
        return Fraction(self.written, SAMPLE_BYTES * self._rate)

    def add(self, frame: AudioFrame) -> None:
        check_rate(frame.sample_rate)
        self._align(frame)
        chosen = self._chosen(frame)
        shape = (chosen.format.name, chosen.layout.name, chosen.sample_rate)
        if shape != self._shape:
            self._flush()
            self._shape = shape
            self._resampler = resampler(channels=chosen.layout.nb_channels, rate=self._rate)
        self._put(chosen)

    def finish(self) -> None:
        self._flush()
        self._hand_on()

    def _chosen(self, frame: AudioFrame) -> AudioFrame:
        """Return the frame, or one with only the wanted channel."""
        wanted = self._mix.channel
        self._frames += 1
        measured = self._frames % MEASURED_FRAME_INTERVAL == 1
        if frame.layout.nb_channels == 1 or not frame.samples or (wanted is None and not measured):
            return frame
        channels = channels_of(frame)
        if measured:
            self._levels.add_channels(names_of(frame), channels)
        if wanted is None or wanted >= len(channels):
            return frame
        alone = AudioFrame.from_ndarray(
            np.ascontiguousarray(channels[wanted : wanted + 1]), format="fltp", layout="mono"
        )
        alone.sample_rate = frame.sample_rate
        return alone

    def _align(self, frame: AudioFrame) -> None:
        """Fill a gap before the frame with silence; time stamps that make no sense are ignored."""
        length = Fraction(frame.samples, frame.sample_rate)
        if frame.pts is None or frame.time_base is None:
            if self._expected_s is not None:
                self._expected_s += length
            return
        at = frame.pts * frame.time_base
        expected = self._start_s if self._expected_s is None else self._expected_s
        gap = at - expected
        least = FIRST_GAP_S if self._expected_s is None else GAP_S
        self._expected_s = at + length
        if gap > least and self.written_s + gap + length <= self._end_s():
            self._flush()
            self._silence(gap)

    def _end_s(self) -> Fraction:
        """Return the end of possible silence in seconds: the end that the file declares."""
        if self._declared_s is None:
            return self.written_s + UNDECLARED_GAP_S
        return self._declared_s + 1

    def _silence(self, seconds: Fraction) -> None:
        rest = round(seconds * self._rate)
        while rest:
            part: Samples = np.zeros(min(rest, self._rate), np.float32)
            self._out(part)
            rest -= len(part)

    def _flush(self) -> None:
        """Take what is left in the resampler; the next frame starts another one."""
        if self._shape is not None:
            self._put(None)
        self._shape = None

    def _put(self, frame: AudioFrame | None) -> None:
        if frame is not None:
            frame.pts = None
        for out in self._resampler.resample(frame):
            if out.samples:
                self._out(samples_of(out))

    def _out(self, samples: Samples) -> None:
        self._waiting.append(samples)
        self._waiting_samples += len(samples)
        self.written += SAMPLE_BYTES * len(samples)
        if self._waiting_samples >= self._rate:
            self._hand_on()

    def _hand_on(self) -> None:
        """Measure and write a second at once, which takes less time than doing so for its many parts."""
        if not self._waiting:
            return
        samples = sound_numbers(np.concatenate(self._waiting))
        self._waiting, self._waiting_samples = [], 0
        self._levels.add_mix(samples)
        scaled = np.rint(samples * np.float32(self._mix.gain * FULL_SCALE))
        self._write(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes())


def check_rate(rate: int) -> None:
    if rate not in SAMPLE_RATES:
        raise MediaUnusable(f"The recording is damaged: it claims {rate} samples a second.")


def resampler(*, channels: int, rate: int) -> AudioResampler:
    """Return a resampler to one channel, where quiet sound keeps its precision until it is amplified.

    FFmpeg's mix of several channels stays within full scale only in integers.
    """
    return AudioResampler(format="flt" if channels == 1 else "s32", layout="mono", rate=rate)


def samples_of(frame: AudioFrame) -> Samples:
    """Return the samples of a frame from a resampler; 1 is full scale."""
    found = frame.to_ndarray().reshape(-1)
    scale = 1.0 if found.dtype == np.float32 else 2.0**-31
    return found.astype(np.float32) * np.float32(scale)
