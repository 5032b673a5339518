"""Sound on its way out of a recording; runs in the fenced child only."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from scribedock.media.limits import BYTES_PER_SECOND, SAMPLE_RATE
from scribedock.media.unusable import MediaUnusable

UNDECLARED_GAP_S = 600
GAP_S = Fraction(1, 10)  # shorter ones are the jitter of time stamps
SILENCE = bytes(BYTES_PER_SECOND)
RATES = range(1_000, 768_001)


class Sound:
    """16 kHz mono signed 16-bit little-endian samples, put where their time stamps say."""

    def __init__(
        self, write: Callable[[bytes], None], *, start_s: Fraction, declared_s: Fraction | None
    ) -> None:
        self._write = write
        self._start_s = start_s
        self._declared_s = declared_s
        self._resampler = resampler()
        self._shape: tuple[str, str, int] | None = None
        self._expected_s: Fraction | None = None
        self.written = 0  # bytes

    @property
    def written_s(self) -> Fraction:
        return Fraction(self.written, BYTES_PER_SECOND)

    def add(self, frame: AudioFrame) -> None:
        check_rate(frame.sample_rate)
        self._align(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._flush()
            self._shape = shape
        self._put(frame)

    def finish(self) -> None:
        self._flush()

    def _align(self, frame: AudioFrame) -> None:
        """Fills a gap before the frame with silence; time stamps that make no sense are passed over."""
        length = Fraction(frame.samples, frame.sample_rate)
        if frame.pts is None or frame.time_base is None:
            if self._expected_s is not None:
                self._expected_s += length
            return
        at = frame.pts * frame.time_base
        expected = self._start_s if self._expected_s is None else self._expected_s
        gap = at - expected
        self._expected_s = at + length
        if gap > GAP_S and self.written_s + gap + length <= self._end_s():
            self._flush()
            self._silence(gap)

    def _end_s(self) -> Fraction:
        """How far silence may lead: not past the end that the file declares."""
        if self._declared_s is None:
            return self.written_s + UNDECLARED_GAP_S
        return self._declared_s + 1

    def _silence(self, seconds: Fraction) -> None:
        rest = 2 * round(seconds * SAMPLE_RATE)
        while rest:
            part = SILENCE[:rest]
            self._out(part)
            rest -= len(part)

    def _flush(self) -> None:
        if self._shape is not None:
            self._put(None)
        self._resampler = resampler()

    def _put(self, frame: AudioFrame | None) -> None:
        if frame is not None:
            frame.pts = None
        for out in self._resampler.resample(frame):
            self._out(bytes(out.planes[0])[: 2 * out.samples])

    def _out(self, audio: bytes) -> None:
        self._write(audio)
        self.written += len(audio)


def check_rate(rate: int) -> None:
    if rate not in RATES:
        raise MediaUnusable(f"The recording is damaged: a sound of {rate} samples a second is none.")


def resampler() -> AudioResampler:
    return AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
