"""Recordings with their texts, and sounds that nobody speaks in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.speech.vad import read_pcm

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

LIMITS = Limits(max_duration_s=43_200, memory=2 * 1024**3)
SAMPLES_PER_MS = SAMPLE_RATE // 1000
SOUND_S = 30

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Recording:
    name: str
    text: str
    audio: Path  # mono 16 kHz s16le

    @property
    def length_ms(self) -> int:
        return self.audio.stat().st_size // (2 * SAMPLES_PER_MS)


def recordings(folder: Path, scratch: Path, half: str | None) -> list[Recording]:
    entries = sorted(json.loads((folder / "manifest.json").read_text()), key=lambda entry: entry["name"])
    chosen = entries[{"a": 0, "b": 1}[half] :: 2] if half else entries
    found = []
    for entry in chosen:
        audio = scratch / f"{entry['name']}.pcm"
        decode(folder / entry["file"], audio, LIMITS)
        found.append(Recording(name=entry["name"], text=entry["text"], audio=audio))
    return found


def in_noise(pcm: Pcm, level_db: int, seed: str) -> Pcm:
    """The samples with pink noise, so many decibels below the louder half of them; always the same."""
    draw = np.random.default_rng(list(seed.encode()))
    noise = np.fft.rfft(draw.normal(size=len(pcm)))
    noise /= np.sqrt(np.maximum(np.arange(len(noise)), 1))
    added = np.fft.irfft(noise, len(pcm))
    loud = np.abs(pcm) >= np.median(np.abs(pcm))
    level = np.sqrt(np.square(pcm[loud].astype(float)).mean()) / 10 ** (level_db / 20)
    noisy: Pcm = np.clip(pcm + added * level / max(added.std(), 1e-9), -32768, 32767).astype("<i2")
    return noisy


def sounds(spoken: Sequence[Recording], scratch: Path) -> list[Recording]:
    """Sounds of half a minute without a word, and all that is spoken in the recordings, backwards."""
    found = []
    for name, samples in _sounds(spoken).items():
        audio = scratch / f"{name}.pcm"
        np.clip(samples, -32768, 32767).astype("<i2").tofile(audio)
        found.append(Recording(name=name, text="", audio=audio))
    return found


def _sounds(spoken: Sequence[Recording]) -> Mapping[str, Samples]:
    draw = np.random.default_rng(5)
    seconds = np.arange(SOUND_S * SAMPLE_RATE) / SAMPLE_RATE
    pink = np.fft.rfft(draw.normal(size=len(seconds)))
    pink /= np.sqrt(np.maximum(np.arange(len(pink)), 1))
    backwards = [read_pcm(each.audio, 0, each.length_ms * SAMPLES_PER_MS)[::-1] for each in spoken]
    return {
        "silence": np.zeros(len(seconds)),
        "tone": 3000 * np.sin(2 * np.pi * 440 * seconds),
        "white noise": 1500 * draw.normal(size=len(seconds)),
        "pink noise": 250_000 * np.fft.irfft(pink, len(seconds)),
        "hum": np.sum([4000 / k * np.sin(2 * np.pi * 50 * k * seconds) for k in (1, 2, 3, 5, 7)], axis=0),
        "chords": _chords(draw, len(seconds)),
        "reversed speech": np.concatenate(backwards).astype(np.float64),
    }


def _chords(draw: np.random.Generator, length: int) -> Samples:
    """Major chords on random roots, two a second, struck and fading."""
    found = np.zeros(length)
    beat = np.arange(SAMPLE_RATE // 2)
    for start in range(0, length, len(beat)):
        root = 220 * 2 ** (draw.integers(0, 12) / 12)
        for ratio in (1, 1.25, 1.5):
            for harmonic in (1, 2, 3):
                wave = np.sin(2 * np.pi * root * ratio * harmonic * beat / SAMPLE_RATE)
                found[start : start + len(beat)] += 1500 / harmonic * wave * np.exp(-beat / 6000)
    return found
