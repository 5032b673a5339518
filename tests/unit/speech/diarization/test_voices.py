from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scribedock.speech.diarization import voices
from scribedock.speech.diarization.voices import GaussianVoices, cluster_speakers

Numbers = npt.NDArray[np.float64]


def samples(middle: float, *, frames: int = 150, seed: int = 0) -> Numbers:
    """Frames of somebody whose cepstra are around `middle`."""
    return np.random.default_rng(seed).normal(middle, 1, (frames, 5))


def people(*middles: float, frames: int = 150) -> GaussianVoices:
    pieces = [samples(middle, frames=frames, seed=seed) for seed, middle in enumerate(middles)]
    return GaussianVoices([piece.astype(np.float32) for piece in pieces])


def test_people_are_numbered_in_the_order_in_which_they_first_speak() -> None:
    assert cluster_speakers(people(3, 0, 3, 6, 0, 3), count=3) == [0, 1, 0, 2, 1, 0]


def test_the_nearest_voices_are_taken_for_one_until_there_are_as_many_as_people() -> None:
    middles = (0, 0.9, 5, 0, 5)
    assert cluster_speakers(people(*middles), count=3) == [0, 1, 2, 0, 2]
    assert cluster_speakers(people(*middles), count=2) == [0, 0, 1, 0, 1]
    assert cluster_speakers(people(*middles), count=1) == [0] * 5


def test_voices_further_apart_than_allowed_are_different_people() -> None:
    assert cluster_speakers(people(0, 0.9, 5, 0, 5), within=500) == [0, 0, 1, 0, 1]
    assert cluster_speakers(people(0, 0, 0), within=500) == [0, 0, 0]


def test_with_fewer_spans_than_people_each_is_a_person() -> None:
    assert cluster_speakers(people(0, 0), count=5) == [0, 1]


def test_more_pieces_than_can_be_compared_at_once_are_compared_in_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(voices, "BLOCK_VOICES", 40)
    turns = [0.0, 4.0, 8.0] * 60
    assert cluster_speakers(people(*turns), count=3) == [0, 1, 2] * 60


def test_a_voice_without_any_variance_is_no_error() -> None:
    flat = [np.full((50, 5), level, dtype=np.float32) for level in (0, 0, 1)]
    assert cluster_speakers(GaussianVoices(flat), count=2) == [0, 0, 1]
