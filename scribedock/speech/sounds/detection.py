"""Where something is heard and nobody speaks: candidates for the description of a sound.

What it does not do: name the sound. A detector of music takes a hum for music
(`benchmarks/speech/sounds.py`).
Steady noise, as of a fan, is no candidate unless it is about as loud as the speech.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.noise import FRAME_MS, frame_power
from scribedock.speech.span import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Levels = npt.NDArray[np.float64]

FULL_SCALE_DB = 20 * math.log10(32768)
QUIETEST_SHARE = (
    0.05  # of the frames of a recording; what is louder than the loudest of them is no background
)
ABOVE_BACKGROUND_DB = 12
BELOW_SPEECH_DB = 25  # a sound quieter than speech by more than this is hardly heard
LOUD_BELOW_SPEECH_DB = 10  # a sound louder than this is heard whatever the background is
USUAL_SPEECH_DB = FULL_SCALE_DB - 25  # where nobody speaks
MAX_PAUSE_MS = 500  # within one sound, as between claps
MIN_SOUND_MS = 700
MIN_LOUD_SHARE = 0.3  # of the time of a sound; a click now and then is none
MARGIN_MS = 200  # around speech, which the voice activity detector cuts off


def sound_candidates(audio: Path, speech: Sequence[Span]) -> list[Span]:
    """Return where something is heard and nobody speaks in a raw mono 16 kHz s16le file.

    speech is where anybody speaks. The candidates are in order, and none is shorter than 0.7 seconds.
    """
    import numpy as np

    levels = 10 * np.log10(frame_power(audio) + 1)
    if not len(levels):
        return []
    spoken, near = (_frames(speech, len(levels), margin_ms) for margin_ms in (0, MARGIN_MS))
    speech_db = float(np.median(levels[spoken])) if spoken.any() else USUAL_SPEECH_DB
    background_db = float(np.quantile(levels, QUIETEST_SHARE))
    audible_db = max(background_db + ABOVE_BACKGROUND_DB, speech_db - BELOW_SPEECH_DB)
    return list(_runs(levels >= min(audible_db, speech_db - LOUD_BELOW_SPEECH_DB), near))


def _frames(spans: Sequence[Span], count: int, margin_ms: int) -> Flags:
    """Return for each frame whether it is in one of the spans or close to it."""
    import numpy as np

    found = np.zeros(count, dtype=bool)
    for span in spans:
        found[max(span.start_ms - margin_ms, 0) // FRAME_MS : -(-(span.end_ms + margin_ms) // FRAME_MS)] = (
            True
        )
    return found


def _runs(loud: Flags, taken: Flags) -> Iterator[Span]:
    """Yield spans of loud frames, joined across short pauses; none reaches into a frame that is taken."""
    import numpy as np

    first = last = -1
    pause = MAX_PAUSE_MS // FRAME_MS
    for frame in [*np.flatnonzero(loud & ~taken).tolist(), len(loud) + pause + 1]:
        if last >= 0 and (frame - last > pause or taken[last:frame].any()):
            length = last + 1 - first
            if length * FRAME_MS >= MIN_SOUND_MS and loud[first : last + 1].sum() >= MIN_LOUD_SHARE * length:
                yield Span(start_ms=first * FRAME_MS, end_ms=(last + 1) * FRAME_MS)
            first = frame
        elif last < 0:
            first = frame
        last = frame
