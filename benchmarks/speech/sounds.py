"""Whether music between sentences could be told from noise: why no [MUSIC] is put in.

python -m benchmarks.speech.sounds [FOLDER]

The detector is continuous frequency activation (Seyerlehner, Pohle, Schedl and Widmer, "Automatic music
detection in television productions", DAFx 2007): tones of music hold their frequency for a while, and so draw
lines in the spectrogram. It is tried on chords, and on noise, a hum and a warning tone, which are made here,
and on the recordings of FOLDER: its manifest.json is a list of {"name", "file", "sound"}, where the sound is
"music" or "noise". A line of CSV for each: the median activation of its stretches, the lowest, the highest,
and the share of them that the paper's threshold calls music. The last line is how often a music has more of
it than a noise (the area under the ROC curve): 1 where a threshold could tell them apart.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.speech.vad import read_pcm

LIMITS = Limits(max_duration_s=43_200, memory=2 * 1024**3)
WINDOW, HOP = 1488, 372  # the paper's 93 and 23 ms
HIGHEST_HZ = 5500
AROUND = 21  # bins over which a peak must stand out
STANDS_OUT_DB = 0.1
STRETCH_S = 2.6
PEAKS = 5
THRESHOLD = 1.24
SECONDS = 12

Samples = npt.NDArray[np.float64]


def activations(sound: Samples) -> list[float]:
    """The continuous frequency activation of each stretch of 2.6 seconds."""
    if len(sound) < WINDOW:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.square(np.abs(np.fft.rfft(frames)))[:, : HIGHEST_HZ * WINDOW // SAMPLE_RATE]
    levels = 10 * np.log10(power + 1e-3)
    padded = np.pad(levels, ((0, 0), (AROUND // 2, AROUND // 2)), mode="edge")
    mean = np.lib.stride_tricks.sliding_window_view(padded, AROUND, axis=1).mean(axis=2)
    active = levels - mean > STANDS_OUT_DB
    length = int(STRETCH_S * SAMPLE_RATE / HOP)
    return [
        _strength(active[start : start + length].mean(axis=0))
        for start in range(0, max(1, len(active) - length + 1), length // 2)
    ]


def _strength(active: Samples) -> float:
    """The sum of the greatest heights of peaks above the higher of the valleys beside them."""
    rising = np.diff(active) > 0
    turns = [0, *(np.flatnonzero(rising[1:] != rising[:-1]) + 1), len(active) - 1]
    heights = [
        active[turn] - max(active[before], active[after])
        for before, turn, after in zip(turns, turns[1:], turns[2:], strict=False)
    ]
    return float(sum(sorted(heights)[-PEAKS:]))


def made() -> Iterator[tuple[str, str, Samples]]:
    random = np.random.default_rng(1)
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    yield "white noise", "noise", random.normal(0, 1000, len(time))
    spectrum = np.fft.rfft(random.normal(0, 1000, len(time)))
    yield (
        "pink noise",
        "noise",
        40 * np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), len(time)),
    )
    yield (
        "hum",
        "noise",
        _tones(time, [50.0 * number for number in range(1, 12)]) + random.normal(0, 100, len(time)),
    )
    yield "warning tone", "noise", np.sign(np.sin(np.pi * time)) * _tones(time, [1000.0])
    for name, seconds in (("slow chords", 1.5), ("quick chords", 0.3)):
        yield name, "music", _chords(random, time, seconds)


def _tones(time: Samples, frequencies: list[float]) -> Samples:
    tones: Samples = np.sum(
        [1000 / (1 + place) * np.sin(2 * np.pi * each * time) for place, each in enumerate(frequencies)],
        axis=0,
    )
    return tones


def _chords(random: np.random.Generator, time: Samples, seconds: float) -> Samples:
    """Triads of decaying strings with eight overtones each, over a little noise."""
    sound = random.normal(0, 20, len(time))
    step = int(seconds * SAMPLE_RATE)
    for start in range(0, len(time) - step, step):
        root = 110 * 2 ** (random.integers(0, 24) / 12)
        local = time[:step]
        for interval in (0, 4, 7):
            note = root * 2 ** (interval / 12)
            sound[start : start + step] += _tones(local, [note * n for n in range(1, 9)]) * np.exp(-2 * local)
    return sound


def recorded(folder: Path) -> Iterator[tuple[str, str, Samples]]:
    with tempfile.TemporaryDirectory() as scratch:
        audio = Path(scratch) / "sound.pcm"
        for entry in json.loads((folder / "manifest.json").read_text()):
            if "sound" in entry:
                decode(folder / entry["file"], audio, LIMITS)
                yield entry["name"], entry["sound"], read_pcm(audio, 0, SECONDS * SAMPLE_RATE).astype(float)


def main() -> None:
    output = csv.writer(sys.stdout)
    output.writerow("sound kind median lowest highest called_music".split())
    found: dict[str, list[float]] = {"music": [], "noise": []}
    sounds = [*made(), *(recorded(Path(sys.argv[1])) if len(sys.argv) > 1 else ())]
    for name, kind, sound in sounds:
        values = activations(sound)
        if values:
            found[kind].append(statistics.median(values))
            called = sum(value > THRESHOLD for value in values) / len(values)
            numbers = (statistics.median(values), min(values), max(values))
            output.writerow([name, kind, *(f"{number:.2f}" for number in numbers), f"{called:.0%}"])
    above = [music > noise for music in found["music"] for noise in found["noise"]]
    output.writerow(["all", "", f"{statistics.mean(above):.2f}", "", "", ""])


if __name__ == "__main__":
    main()
