"""The peaks of a waveform."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from scribedock.media.fenced.peaks import PeakMeter
from scribedock.media.limits import Limits
from scribedock.media.playback.peaks import find_peaks
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import make, silent_video

Pairs = npt.NDArray[np.int8]


def test_a_pair_covers_a_fiftieth_of_a_second_and_reaches_full_scale() -> None:
    samples = np.zeros(16_000, "<i2")
    samples[320:640] = 32_767  # the second fiftieth
    samples[-1] = -32_768
    written: list[bytes] = []
    meter = PeakMeter(written.append)
    for begin in range(0, 32_000, 777):  # portions that end nowhere in particular
        meter.add(samples.tobytes()[begin : begin + 777])
    assert meter.finish() == 1
    pairs = np.frombuffer(b"".join(written), np.int8).reshape(-1, 2)
    assert meter.pairs == 50 and len(pairs) == 51
    assert pairs[1].tolist() == [127, 127]
    assert pairs[49].tolist() == [-127, 0]
    assert pairs[50].tolist() == [-127, 127]  # the overview
    assert not pairs[2:49].any()


def test_the_last_pair_covers_what_is_left() -> None:
    written: list[bytes] = []
    meter = PeakMeter(written.append)
    meter.add(np.full(321, 16_384, "<i2").tobytes())
    assert (meter.finish(), meter.pairs) == (1, 2)
    assert np.frombuffer(b"".join(written), np.int8).tolist() == [64] * 6


def test_sound_is_found_where_it_is_in_the_recording(tmp_path: Path) -> None:
    sound = "aevalsrc='if(between(t,2,3),0.5*sin(2*PI*440*t),0)':d=4.5"
    path = make(tmp_path / "a.mp3", "-f", "lavfi", "-i", sound)
    peaks = find_peaks(path, tmp_path / "peaks", Limits())
    pairs: Pairs = np.frombuffer((tmp_path / "peaks").read_bytes(), np.int8).reshape(-1, 2)
    assert len(pairs) == peaks.pairs + peaks.overview_pairs
    assert peaks.duration_ms == pytest.approx(4500, abs=60)
    assert peaks.pairs == pytest.approx(225, abs=3)
    loud = np.flatnonzero(pairs[: peaks.pairs, 1] > 30)
    assert loud[0] == pytest.approx(100, abs=3) and loud[-1] == pytest.approx(149, abs=3)
    assert (pairs[peaks.pairs :, 1] > 30).tolist() == [False, False, True, False, False]


def test_a_film_without_sound_has_no_peaks(tmp_path: Path) -> None:
    with pytest.raises(MediaUnusable, match="no sound"):
        find_peaks(silent_video(tmp_path / "a.mp4", seconds=1), tmp_path / "peaks", Limits())
