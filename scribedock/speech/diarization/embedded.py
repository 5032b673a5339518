"""Who speaks when, by the voices that a speaker-embedding network hears in short windows of the speech.

Nobody else's voice is compared, and none is kept. What it does not do: find two people who speak at the same
time. Of them it finds one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.diarization.people import voices_of_people
from scribedock.speech.diarization.turns import Turn
from scribedock.speech.diarization.windows import read_span, turns_of_windows, voice_windows
from scribedock.speech.span import Span

if TYPE_CHECKING:
    from scribedock.speech.diarization.voices import Numbers


def embedded_turns(
    audio: Path, speech: Sequence[Span], people: int | None, embedder: Embedder, similarity: float
) -> list[Turn]:
    """Return who speaks when in a raw mono 16 kHz s16le file.

    speech is where anybody speaks, in order. Where the number of people is None it is found out; see
    `voices_of_people` for similarity.
    """
    windows = voice_windows(speech)
    if not windows:
        return []
    directions = window_directions(audio, windows, embedder)
    voices = voices_of_people(directions, people, similarity)
    return turns_of_windows(speech, windows, directions @ voices.T)


def window_directions(audio: Path, windows: Sequence[Span], embedder: Embedder) -> Numbers:
    """Return windows x dimensions: the direction of the voice in each window, of length 1."""
    import numpy as np

    return np.array([embedder.embed(read_span(audio, window)) for window in windows], dtype=float)
