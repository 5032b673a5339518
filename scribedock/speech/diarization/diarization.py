"""Who speaks when, by the spectra of voices: spans of the speech, and which of them have the same speaker.

It needs no model, and the number of people; `embedded` is better at it, and finds out the number.

Of each span the loud frames are kept until all are read, as MFCC: 76 bytes for 10 ms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.diarization.filter_bank import FRAME_MS, log_energies
from scribedock.speech.diarization.turns import Turn, without_pauses
from scribedock.speech.diarization.voices import GaussianVoices, cluster_speakers
from scribedock.speech.diarization.windows import read_span
from scribedock.speech.span import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.diarization.filter_bank import Frames

BANDS, LOW_HZ, HIGH_HZ = 26, 100, 7000
CEPSTRA = 19
LOUD_SHARE = 0.65
"""The share of a span's frames that count: mostly vowels, in which voices differ most."""
MIN_SPAN_MS, MAX_SPAN_MS = 1200, 2800
"""Of a piece: long enough to know a voice by, short enough to be mostly one person's."""
SMOOTH_FRAMES = 20
MIN_FRAMES = 30


def turns(audio: Path, speech: Sequence[Span], people: int) -> list[Turn]:
    """Return who of `people` people speaks when in a raw mono 16 kHz s16le file.

    speech is where anybody speaks, in order.
    """
    found = voice_spans(audio, speech)
    if not found:
        return []
    voices = GaussianVoices([sound for _, sound in found])
    return joined_turns([span for span, _ in found], cluster_speakers(voices, count=people))


def voice_spans(audio: Path, speech: Sequence[Span]) -> list[tuple[Span, Frames]]:
    """Return the speech in spans of one voice, each with the cepstra of its loud frames."""
    return [piece for span in speech for piece in _split(audio, span)]


def joined_turns(spans: Sequence[Span], speakers: Sequence[int]) -> list[Turn]:
    """Return the turns for spans and the numbers of their speakers, from 0.

    Those of one person are joined where they are adjacent, or a short pause is between them.
    """
    return without_pauses(
        Turn(start_ms=piece.start_ms, end_ms=piece.end_ms, speaker=number + 1)
        for piece, number in zip(spans, speakers, strict=True)
    )


def _split(audio: Path, span: Span) -> Iterator[tuple[Span, Frames]]:
    """Yield parts of a span of speech, each with the cepstra of its loud frames."""
    import numpy as np

    energies = log_energies(read_span(audio, span), bands=BANDS, low_hz=LOW_HZ, high_hz=HIGH_HZ)
    if len(energies) < MIN_FRAMES:
        return
    cepstra, levels = energies @ _cosines(), energies.mean(axis=1)
    edges = cuts(levels)
    for first, after in pairwise(edges):
        loud = levels[first:after] >= np.quantile(levels[first:after], 1 - LOUD_SHARE)
        end_ms = span.end_ms if after == edges[-1] else span.start_ms + after * FRAME_MS
        yield Span(start_ms=span.start_ms + first * FRAME_MS, end_ms=end_ms), cepstra[first:after][loud]


def cuts(levels: npt.NDArray[np.float32]) -> list[int]:
    """Return where to cut frames into parts: in their quietest moments, where speakers take turns.

    levels are how loud the frames are. The first cut is 0, the last the number of frames.
    """
    import numpy as np

    smooth = np.convolve(levels, np.ones(SMOOTH_FRAMES) / SMOOTH_FRAMES, mode="same")
    shortest, longest = MIN_SPAN_MS // FRAME_MS, MAX_SPAN_MS // FRAME_MS
    found = [0]
    while len(levels) - found[-1] > longest:
        earliest = found[-1] + shortest
        latest = min(found[-1] + longest, len(levels) - shortest)
        found.append(earliest + int(smooth[earliest:latest].argmin()))
    return [*found, len(levels)]


def _cosines() -> Frames:
    """Return bands x cepstra: the discrete cosine transform without its first row, which is loudness."""
    import numpy as np

    band, order = np.arange(BANDS)[:, None], np.arange(1, CEPSTRA + 1)
    cosines: Frames = np.cos(np.pi * order * (band + 0.5) / BANDS).astype(np.float32)
    return cosines * np.float32(math.sqrt(2 / BANDS))
