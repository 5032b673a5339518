"""Short windows of speech, each with a voice, and who speaks at each moment by the voices of the windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.diarization.filter_bank import FRAME_MS
from scribedock.speech.diarization.turns import Turn, without_pauses
from scribedock.speech.span import Span
from scribedock.speech.vad import SAMPLES_PER_MS, read_pcm

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.diarization.voices import Numbers
    from scribedock.speech.recognizer import Pcm

    Scores = npt.NDArray[np.float64]

WINDOW_MS = 1500
"""Long enough to know a voice by; most turns are longer."""
STEP_MS = 750
"""Between the beginnings of windows. With half of it the network takes twice as long and no less speech has
the wrong speaker; with one and a half times as much, more has."""
MIN_WINDOW_MS = 100  # of a span; the network makes nothing of less


def read_span(audio: Path, span: Span) -> Pcm:
    """Return the samples of a span of a raw mono 16 kHz s16le file."""
    return read_pcm(audio, span.start_ms * SAMPLES_PER_MS, (span.end_ms - span.start_ms) * SAMPLES_PER_MS)


def voice_windows(speech: Sequence[Span]) -> list[Span]:
    """Return the windows that cover the spans of speech, each within one of them."""
    return [window for span in speech for window in _windows(span)]


def _windows(span: Span) -> Iterator[Span]:
    last = span.end_ms - WINDOW_MS
    for start in range(span.start_ms, last, STEP_MS):
        yield Span(start_ms=start, end_ms=start + WINDOW_MS)
    first = max(span.start_ms, last)
    if span.end_ms - first >= MIN_WINDOW_MS:
        yield Span(start_ms=first, end_ms=span.end_ms)


def turns_of_windows(speech: Sequence[Span], windows: Sequence[Span], similarities: Numbers) -> list[Turn]:
    """Return who speaks when: at each moment whoever the windows around it are most similar to.

    windows are those of `voice_windows`; similarities are windows x people, those of a window count most in
    its middle. A short pause belongs to the turn of whoever speaks before and after it. People are numbered
    from 1, in the order of their first turns.
    """
    numbers: dict[int, int] = {}
    found: list[Turn] = []
    place = 0
    for span in speech:
        after = place
        while after < len(windows) and windows[after].end_ms <= span.end_ms:
            after += 1
        if after > place:
            scores = _scores(span, windows[place:after], similarities[place:after])
            found += [
                Turn(start_ms=start, end_ms=end, speaker=numbers.setdefault(person, len(numbers) + 1))
                for start, end, person in _runs(span, scores)
            ]
        place = after
    return without_pauses(found)


def _scores(span: Span, windows: Sequence[Span], similarities: Numbers) -> Scores:
    """Return frames x people: the weighted means of the similarities of the windows at each frame."""
    import numpy as np

    count = -(-(span.end_ms - span.start_ms) // FRAME_MS)
    sums, weights = np.zeros((count, similarities.shape[1])), np.zeros((count, 1))
    for window, similarity in zip(windows, similarities, strict=True):
        first, after = (
            (time - span.start_ms) // FRAME_MS for time in (window.start_ms, window.end_ms + FRAME_MS - 1)
        )
        weight = np.bartlett(after - first + 2)[1:-1, None]
        sums[first:after] += weight * similarity
        weights[first:after] += weight
    scores: Scores = sums / np.maximum(weights, 1e-9)
    return scores


def _runs(span: Span, scores: Scores) -> Iterator[tuple[int, int, int]]:
    """Yield beginning and end, in ms, of each run of frames of which one person has the highest score."""
    import numpy as np

    people = scores.argmax(axis=1)
    edges = [0, *(np.flatnonzero(np.diff(people)) + 1), len(people)]
    for first, after in pairwise(edges):
        end_ms = span.end_ms if after == len(people) else span.start_ms + int(after) * FRAME_MS
        yield span.start_ms + int(first) * FRAME_MS, end_ms, int(people[first])
