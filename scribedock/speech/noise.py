"""How loud the speech in a recording is above its noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.speech.span import Span
from scribedock.speech.vad import BLOCK_S, SAMPLE_BYTES, read_pcm

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
MIN_FRAMES = 25
"""Half a second: with less, neither level can be measured."""

CLEAN_DB = 60.0
"""More than 16 bits of a microphone ever give: digital silence between words reveals nothing more."""


def signal_to_noise_db(audio: Path, speech: Sequence[Span]) -> float | None:
    """Return speech above noise in dB, at most CLEAN_DB, of a raw mono 16 kHz s16le file.

    speech are its spans of speech. The noise is what lies between them; where there is hardly anything, the
    quietest tenth of the speech itself stands for it (pauses between words). None where there is too little
    to tell.
    """
    import numpy as np

    power = frame_power(audio)
    spoken = np.zeros(len(power), dtype=bool)
    for span in speech:
        spoken[span.start_ms // FRAME_MS : -(-span.end_ms // FRAME_MS)] = True
    loud, quiet = power[spoken], power[~spoken]
    if len(loud) < MIN_FRAMES:
        return None
    if len(quiet) < MIN_FRAMES:
        quiet = np.sort(loud)[: max(1, len(loud) // 10)]
    noise = float(np.median(quiet))
    signal = float(np.mean(loud)) - noise
    if signal <= 0:
        return 0.0
    return min(CLEAN_DB, max(0.0, 10 * math.log10(signal / noise))) if noise else CLEAN_DB


def frame_power(audio: Path) -> npt.NDArray[np.float64]:
    """Return the mean square of the samples of each frame, read in blocks."""
    import numpy as np

    total = audio.stat().st_size // SAMPLE_BYTES // FRAME_SAMPLES * FRAME_SAMPLES
    block = BLOCK_S * SAMPLE_RATE
    found = [np.zeros(0)]
    for start in range(0, total, block):
        frames = (
            read_pcm(audio, start, min(block, total - start)).reshape(-1, FRAME_SAMPLES).astype(np.float64)
        )
        found.append(np.square(frames).mean(axis=1))
    return np.concatenate(found)
