"""Recordings for the tests, cut from the one that the package ships."""

from __future__ import annotations

import wave
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from scribedock.demo.main_job import RECORDING

RATE = 16_000


def recording() -> Path:
    """Return the shipped recording: more than a minute, many segments."""
    return Path(str(files("scribedock.demo") / RECORDING))


def pcm(seconds: float) -> bytes:
    """Return the first seconds of the shipped recording: 16 kHz, mono, 16 bit."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    wanted = int(seconds * RATE) * 2
    found = bytearray()
    with av.open(str(recording())) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                found += part.to_ndarray().tobytes()
            if len(found) >= wanted:
                break
    return bytes(found[:wanted])


def write_wav(path: Path, samples: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return path


def spoken(path: Path, *, seconds: float) -> Path:
    """Return a WAV file of real speech."""
    return write_wav(path, pcm(seconds))


def silence(path: Path, *, seconds: float) -> Path:
    return write_wav(path, bytes(int(seconds * RATE) * 2))


def dialogue(seconds: float, *, turn_s: float = 8) -> bytes:
    """Return the shipped voice and a larger speaker's take turns. 16 kHz, mono, 16 bit."""
    heard = np.frombuffer(pcm(seconds), dtype="<i2")
    turn = int(turn_s * RATE)
    parts = []
    for number, start in enumerate(range(0, len(heard), turn)):
        part = heard[start : start + turn]
        parts.append(larger(part) if number % 2 else part)
    return np.concatenate(parts).tobytes()


def larger(heard: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Return the same speech, a quarter lower and slower: pitch and formants as of a longer vocal tract."""
    slower: npt.NDArray[np.int16] = np.interp(
        np.arange(0, len(heard), 0.8), np.arange(len(heard)), heard
    ).astype("<i2")
    return slower
