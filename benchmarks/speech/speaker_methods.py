"""Other ways to find out who speaks than the one that is shipped, on the same windows: see `speakers.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scribedock.speech.diarization.embedding import EmbeddedVoices
from scribedock.speech.diarization.voices import GaussianVoices, cluster_speakers

if TYPE_CHECKING:
    from scribedock.speech.diarization.voices import Numbers, Places

Owners = npt.NDArray[np.int64]

MAX_PEOPLE = 10
KEPT_SHARE = 0.3  # of a window's similarities, the greatest
BIC_PENALTY = 2
"""Of the Bayesian information criterion: of 1, 1.5, 2 and 3 the best on half a."""
LOOP = 0.5  # the probability that the next window is the same person's without looking
FA, FB = 0.3, 2.0
"""The scales of likelihood and prior, of 0.02 to 0.3 and 0.5 to 30 the best on half a."""
WITHIN = 0.42  # the share of the length of a direction that differs from window to window
MANY = 0.6  # the similarity from which the first clusters of the variational Bayes HMM are merged


def agglomerative(directions: Numbers, people: int | None) -> Owners:
    """Merge by average linkage, down to the number of people or a mean cosine of 0.4, and nothing more."""
    voices = EmbeddedVoices(directions)
    within = math.inf if people else 0.6
    return np.array(cluster_speakers(voices, count=people or 1, within=within))


def spectral(directions: Numbers, people: int | None) -> Owners:
    """Cluster by the eigenvectors of the normalized Laplacian; the widest gap gives the number of people.

    Ng, Jordan and Weiss, "On spectral clustering", 2001; the affinities are pruned as in Park et al.,
    "Auto-tuning spectral clustering for speaker diarization using normalized maximum eigengap", 2020.
    """
    count = len(directions)
    affinity = directions @ directions.T
    dropped = count - max(int(KEPT_SHARE * count), min(6, count))
    np.put_along_axis(affinity, np.argsort(affinity, axis=1)[:, :dropped], 0, axis=1)
    affinity = np.maximum((affinity + affinity.T) / 2, 0)
    np.fill_diagonal(affinity, 0)
    scale = 1 / np.sqrt(np.maximum(affinity.sum(axis=1), 1e-9))
    values, vectors = np.linalg.eigh(np.eye(count) - scale[:, None] * affinity * scale)
    people = people or int(np.diff(values[: MAX_PEOPLE + 1]).argmax()) + 1
    rows = vectors[:, :people]
    return k_means(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), people)


def k_means(rows: Numbers, count: int) -> Owners:
    random = np.random.default_rng(1)
    best = (math.inf, np.zeros(len(rows), dtype=np.int64))
    for _ in range(5):
        centres = rows[random.integers(len(rows))][None]
        for _ in range(count - 1):
            apart = np.min(((rows[:, None] - centres) ** 2).sum(axis=2), axis=1) + 1e-12
            centres = np.concatenate([centres, rows[random.choice(len(rows), p=apart / apart.sum())][None]])
        for _ in range(30):
            distances = ((rows[:, None] - centres) ** 2).sum(axis=2)
            owners = distances.argmin(axis=1)
            centres = np.array(
                [
                    rows[owners == each].mean(axis=0) if (owners == each).any() else centres[each]
                    for each in range(count)
                ]
            )
        best = min(best, (float(distances.min(axis=1).sum()), owners), key=lambda pair: pair[0])
    return best[1]


def bayesian_hmm(directions: Numbers, people: int | None) -> Owners:
    """Let a variational Bayes HMM give up the people that it does not need, as VBx does.

    Landini, Profant, Diez and Burget, "Bayesian HMM clustering of x-vector sequences (VBx) in speaker
    diarization", 2022; with the same variances in all dimensions in place of a PLDA, which would have to be
    trained. It takes no number of people.
    """
    size = directions.shape[1]
    rows = directions * math.sqrt(size / WITHIN)
    first = np.array(cluster_speakers(EmbeddedVoices(directions), within=1 - MANY))
    shares = np.eye(first.max() + 1)[first] + 1e-6
    shares /= shares.sum(axis=1, keepdims=True)
    prior = np.full(shares.shape[1], 1 / shares.shape[1])
    for _ in range(20):
        precision = 1 + FA / FB * shares.sum(axis=0)
        means = FA / FB * (shares.T @ rows) / precision[:, None]
        likelihood = FA * (rows @ means.T - (size / precision + (means**2).sum(axis=1)) / 2)
        shares, prior = _forward_backward(likelihood, prior)
    voices: Places = shares.argmax(axis=1)
    return voices


def _forward_backward(likelihood: Numbers, prior: Numbers) -> tuple[Numbers, Numbers]:
    """Return the share of each person in each window, and the mean of what they begin anew."""
    emission = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    change = LOOP * np.eye(len(prior)) + (1 - LOOP) * prior
    forward, backward = np.zeros_like(emission), np.ones_like(emission)
    forward[0] = prior * emission[0] / (prior * emission[0]).sum()
    for place in range(1, len(emission)):
        forward[place] = forward[place - 1] @ change * emission[place]
        forward[place] /= forward[place].sum()
    for place in range(len(emission) - 2, -1, -1):
        backward[place] = change @ (emission[place + 1] * backward[place + 1])
        backward[place] /= backward[place].sum()
    shares = forward * backward
    shares /= shares.sum(axis=1, keepdims=True)
    return shares, shares.mean(axis=0)


METHODS: dict[str, Callable[[Numbers, int | None], Owners]] = {
    "agglomerative": agglomerative,
    "spectral": spectral,
    "bayesian hmm": bayesian_hmm,
}


def mean_voices(directions: Numbers, owners: Owners) -> Numbers:
    """Return the mean direction of the windows of each person, of length 1."""
    found = np.array([directions[owners == each].sum(axis=0) for each in np.unique(owners)])
    means: Numbers = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return means


class CentroidVoices(EmbeddedVoices):
    """Voices whose distance is 1 minus the cosine of their means: what was shipped up to 2026-11."""

    def distances(self, one: int, others: Places) -> Numbers:
        lengths = np.linalg.norm(self._sums[others], axis=1) * np.linalg.norm(self._sums[one])
        apart: Numbers = 1 - self._sums[others] @ self._sums[one] / np.maximum(lengths, 1e-9)
        return apart


class PenalizedVoices(GaussianVoices):
    """Voices whose distance is less than 0 where the Bayesian information criterion takes them for one."""

    def distances(self, one: int, others: Places) -> Numbers:
        size = self.sums.shape[1]
        parameters = size + size * (size + 1) / 2
        counts = self.counts[one] + self.counts[others]
        apart: Numbers = self.ratios(one, others) - BIC_PENALTY / 2 * parameters * np.log(counts)
        return apart


def of_pieces(directions: Sequence[Numbers], people: int | None) -> list[int]:
    """Cluster whole pieces of speech as was shipped up to 2026-11."""
    within = 0.5 if people is None else math.inf
    return cluster_speakers(CentroidVoices(np.array(directions)), count=people or 1, within=within)
