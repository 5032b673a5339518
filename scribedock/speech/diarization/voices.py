"""Which spans of speech have the same speaker: agglomerative clustering of voices.

A voice is a Gaussian of the cepstra of its loud frames. The distance of two voices is the generalized
likelihood ratio of one Gaussian for both against one for each (Chen and Gopalakrishnan, "Speaker, environment
and channel change detection and clustering via the Bayesian information criterion", 1998).

What it does not do: find out how many people there are. Their criterion was wrong about it in most recordings
(`benchmarks/speech/speakers.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.diarization.filter_bank import Frames

    Numbers = npt.NDArray[np.float64]
    Places = npt.NDArray[np.int64]

BLOCK_VOICES = 1500
"""How many voices are compared with each other at most: memory and time grow with the square."""
VOICES_PER_KEPT = 8  # one in this many voices of a block is left for the comparison with other blocks
MAX_LEFT_SHARE = 0.75
"""Where a round leaves more than this share of the voices, the next one merges the nearest ones anyway."""
MERGE_PENALTY = 1.0
"""What one person's voice, which changes from sentence to sentence, adds to the likelihood ratio for each
frame (half the harmonic mean of both counts). From 0 to 2 it makes little difference; from 3 on two people
become one."""
MIN_VARIANCE = 0.01  # of a cepstrum: digital silence has none


class Voices(Protocol):
    """Voices by their number, of which two can be merged."""

    def __len__(self) -> int: ...

    def distances(self, one: int, others: Places) -> Numbers:
        """Return how far apart a voice is from others."""
        ...

    def merge(self, kept: int, gone: int) -> None:
        """Merge two voices under the number of the first."""
        ...


def cluster_speakers(voices: Voices, *, count: int = 1, within: float = math.inf) -> list[int]:
    """Return the number of each voice's person: 0, 1 and so on, in the order of their first speech.

    The nearest two are merged until there are at most `count` people, or until all are further apart than
    `within`.
    """
    import numpy as np

    owner = np.arange(len(voices))
    left = owner.copy()
    limit = within
    while len(left) > BLOCK_VOICES:
        before = len(left)
        left = _merged_in_blocks(voices, left, owner, count, limit)
        # Voices that are all further apart than that would never become few enough to be compared.
        limit = within if len(left) < MAX_LEFT_SHARE * before else math.inf
    _merged(voices, left, owner, count, within)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(int(each), len(numbers)) for each in owner]


def _merged_in_blocks(voices: Voices, left: Places, owner: Places, count: int, within: float) -> Places:
    import numpy as np

    least = max(BLOCK_VOICES // VOICES_PER_KEPT, count)
    blocks = [left[start : start + BLOCK_VOICES] for start in range(0, len(left), BLOCK_VOICES)]
    return np.concatenate([_merged(voices, block, owner, least, within) for block in blocks])


def _merged(voices: Voices, members: Places, owner: Places, least: int, within: float) -> Places:
    """Merge the nearest two again and again; return the members that are left."""
    import numpy as np

    apart = np.full((len(members), len(members)), np.inf)
    for place in range(len(members) - 1):
        others = np.arange(place + 1, len(members))
        apart[place, others] = apart[others, place] = voices.distances(int(members[place]), members[others])
    there = np.ones(len(members), dtype=bool)
    while there.sum() > least:
        kept, gone = divmod(int(apart.argmin()), len(members))
        if apart[kept, gone] > within:
            break
        voices.merge(int(members[kept]), int(members[gone]))
        owner[owner == members[gone]] = members[kept]
        there[gone] = False
        apart[gone] = apart[:, gone] = np.inf
        others = np.flatnonzero(there)
        others = others[others != kept]
        if len(others):
            apart[kept, others] = apart[others, kept] = voices.distances(int(members[kept]), members[others])
    left: Places = members[there]
    return left


class GaussianVoices:
    """Voices by the sums of their frames."""

    def __init__(self, pieces: Sequence[Frames]) -> None:
        import numpy as np

        self.counts = np.array([len(piece) for piece in pieces], dtype=float)
        self.sums = np.array([piece.sum(axis=0, dtype=float) for piece in pieces])
        self._squares = np.array([piece.T @ piece.astype(float) for piece in pieces])
        self._volumes = self._volume(self.counts, self.sums, self._squares)

    def __len__(self) -> int:
        return len(self.counts)

    def distances(self, one: int, others: Places) -> Numbers:
        counts = self.counts[one] + self.counts[others]
        apart: Numbers = (
            self.ratios(one, others) - MERGE_PENALTY * self.counts[one] * self.counts[others] / counts
        )
        return apart

    def ratios(self, one: int, others: Places) -> Numbers:
        """Return the generalized likelihood ratios of a voice and others."""
        counts = self.counts[one] + self.counts[others]
        together = self._volume(
            counts, self.sums[one] + self.sums[others], self._squares[one] + self._squares[others]
        )
        ratios: Numbers = together - self._volumes[one] - self._volumes[others]
        return ratios

    def merge(self, kept: int, gone: int) -> None:
        self.counts[kept] += self.counts[gone]
        self.sums[kept] += self.sums[gone]
        self._squares[kept] += self._squares[gone]
        only = slice(kept, kept + 1)
        self._volumes[only] = self._volume(self.counts[only], self.sums[only], self._squares[only])

    def _volume(self, counts: Numbers, sums: Numbers, squares: Numbers) -> Numbers:
        """Return frames times half the logarithm of the determinant of their covariance."""
        import numpy as np

        means = sums / counts[:, None]
        covariance = squares / counts[:, None, None] - means[:, :, None] * means[:, None, :]
        covariance += MIN_VARIANCE * np.eye(covariance.shape[-1])
        volume: Numbers = counts * np.linalg.slogdet(covariance)[1] / 2
        return volume
