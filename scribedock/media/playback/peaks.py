"""The peaks of a recording's waveform, for editors that draw it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scribedock.media import process
from scribedock.media.limits import Limits

TOLERANCE_MS = 1000  # headers are rounded, and forget what decoders add


@dataclass(frozen=True, kw_only=True)
class Peaks:
    """What a file of peaks holds: pairs of signed bytes, the lowest and the highest sample of their time."""

    duration_ms: int
    pairs: int  # PEAKS_PER_S of them a second
    overview_pairs: int  # OVERVIEW_PER_S of them a second, behind the others
    declared_ms: int | None  # how long the file says it is
    parts: int  # recordings that were joined in it
    has_video: bool  # any of them

    @property
    def plays_whole(self) -> bool:
        """Return whether players find the end: they believe the file, and know one recording in it."""
        too_short = self.declared_ms is not None and self.duration_ms > self.declared_ms + TOLERANCE_MS
        return self.parts == 1 and not too_short


def find_peaks(
    path: Path,
    destination: Path,
    limits: Limits,
    *,
    track: int | None = None,
    check_wanted: Callable[[], None] = process.always,
) -> Peaks:
    """Write the peaks of the recording's sound in the fenced child; track is as in `audio.decode`.

    Raises MediaUnusable, and FenceFailure where this machine is at fault.
    """
    with destination.open("wb") as peaks:
        said = process.run("peaks", path, peaks, limits, track=track, check_wanted=check_wanted)
        os.fsync(peaks.fileno())
    return Peaks(**said)
