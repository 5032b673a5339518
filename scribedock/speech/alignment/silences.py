"""Words without the silence that a recognizer counts as a part of them: for languages without an aligner.

Whisper's times are those of its attention, which leads the sound: of 59 words in seven languages a median of
140 ms. A word after a pause begins in the pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scribedock.speech.recognizer import SAMPLE_RATE, TimedWord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.recognizer import Pcm

    Flags = npt.NDArray[np.bool_]

FRAME_MS = 10
QUIET_SHARE = 0.2
"""Of the range of levels, in decibels, from the quietest to the loudest twentieth: silence is below it."""
QUIETEST, LOUDEST = 0.05, 0.95
MIN_SILENCE_FRAMES = 8  # longer than the closure before a stop
MAX_LATE_MS = 100  # after the beginning of a word, silence that begins later is within the word
MIN_WORD_MS = 60


def trimmed_words(words: Sequence[TimedWord], pcm: Pcm, offset_ms: int, early_ms: int) -> list[TimedWord]:
    """Return the words of a chunk, later by early_ms, and without silence at their beginnings.

    pcm is the sound of the chunk, which begins offset_ms into the media.
    """
    silent = _silences(pcm)
    return [_trimmed(word, silent, offset_ms, early_ms) for word in words]


def _trimmed(word: TimedWord, silent: Flags, offset_ms: int, early_ms: int) -> TimedWord:
    start, end = word.start_ms + early_ms, word.end_ms + early_ms
    latest = min(end - MIN_WORD_MS, offset_ms + len(silent) * FRAME_MS)
    frame = max(word.start_ms - offset_ms, 0) // FRAME_MS
    after = max(latest - offset_ms, 0) // FRAME_MS
    while frame < after and (word.start_ms + MAX_LATE_MS - offset_ms) // FRAME_MS >= frame:
        length = _length(silent[frame:after])
        if length >= MIN_SILENCE_FRAMES and frame + length < after:
            start = max(start, offset_ms + (frame + length) * FRAME_MS)
        frame += max(length, 1)
    return replace(word, start_ms=start, end_ms=max(end, start + 1))


def _length(silent: Flags) -> int:
    """Return how many frames are silent in a row, from the first on."""
    import numpy as np

    loud = np.flatnonzero(~silent)
    return int(loud[0]) if len(loud) else len(silent)


def _silences(pcm: Pcm) -> Flags:
    """Return for each frame whether it is silent."""
    import numpy as np

    size = SAMPLE_RATE * FRAME_MS // 1000
    frames = pcm[: len(pcm) // size * size].astype(float).reshape(-1, size)
    if not len(frames):
        return np.zeros(0, dtype=bool)
    levels = 10 * np.log10(np.square(frames).mean(axis=1) + 1)
    low, high = np.quantile(levels, [QUIETEST, LOUDEST])
    silent: Flags = levels < low + QUIET_SHARE * (high - low)
    return silent
