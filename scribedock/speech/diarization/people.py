"""How many people speak, and the voice of each: clusters of the voices in windows of speech.

1. Windows are merged by average linkage until the mean cosine of any two clusters is low. One person may
   still have several clusters, who speaks loudly and then softly, near and then far.
2. A cluster of a few windows is a noise, a laugh, or two people at once.
3. Two clusters are one person's where the windows of both are nearly as similar to each other as those of
   each are among themselves. So it matters less how alike the voices, or the room, make all windows.
4. Each window belongs to the person whom it is most similar to.

Measured against spectral clustering with the eigengap and a variational Bayes HMM by
`benchmarks/speech/speakers.py`; the figures here were chosen on one half of its conversations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scribedock.speech.diarization.embedding import EmbeddedVoices
from scribedock.speech.diarization.voices import cluster_speakers

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.diarization.voices import Numbers

    Owners = npt.NDArray[np.int64]  # for each window the number of its person, from 0

MIN_WINDOWS = 3
"""Of a person whom nobody has told us of: three seconds of speech."""
SAME_VOICE, UNCERTAINTY = 0.75, 1.0
"""Two clusters are one person's from a likeness of SAME_VOICE on, and of less where one is small beside the
other: UNCERTAINTY times the difference of the inverse numbers of their windows. Such a cluster is likelier a
few odd moments, or where one person interrupts another, than somebody else."""
MIN_COHERENCE = 0.2  # of a cluster; a lower one would make strangers alike
USUAL_COHERENCE = 0.6  # of a cluster too small to have any: the median of one voice's windows with CAM++
MAX_ROUNDS = 5  # of moving windows between people, after which hardly any does


def voices_of_people(directions: Numbers, people: int | None, similarity: float) -> Numbers:
    """Return people x dimensions: the direction of each person's voice, of length 1.

    directions are windows x dimensions, in the order of time and of length 1. Where people is None, their
    number is found out. similarity is the mean cosine from which clusters of windows are merged for sure.
    """
    import numpy as np

    owners = _numbered(cluster_speakers(EmbeddedVoices(directions), within=1 - similarity))
    owners = _without_small(directions, owners)
    if people is not None and owners.max() + 1 < people:
        owners = _numbered(cluster_speakers(EmbeddedVoices(directions), count=people))
    owners = _merged(directions, owners, people)
    for _ in range(MAX_ROUNDS):
        nearest = (directions @ _means(directions, owners).T).argmax(axis=1)
        if np.array_equal(nearest, owners):
            break
        owners = _numbered(nearest)
    return _means(directions, owners)


def _without_small(directions: Numbers, owners: Owners) -> Owners:
    """Return the owners, where windows of small clusters belong to the nearest of the others."""
    import numpy as np

    large = np.flatnonzero(np.bincount(owners) >= MIN_WINDOWS)
    if not len(large):
        large = np.array([np.bincount(owners).argmax()])
    nearest = large[(directions @ _means(directions, owners)[large].T).argmax(axis=1)]
    return _numbered(np.where(np.isin(owners, large), owners, nearest))


def _merged(directions: Numbers, owners: Owners, people: int | None) -> Owners:
    """Return the owners with clusters merged: those of one voice, or the most alike down to `people`."""
    import numpy as np

    while (count := int(owners.max()) + 1) > (people or 1):
        inverse = 1 / np.bincount(owners)
        excess = _likeness(directions, owners) - SAME_VOICE + UNCERTAINTY * np.abs(inverse - inverse[:, None])
        np.fill_diagonal(excess, -np.inf)
        kept, gone = sorted(divmod(int(excess.argmax()), count))
        if people is None and excess[kept, gone] < 0:
            break
        owners = _numbered(np.where(owners == gone, kept, owners))
    return owners


def _likeness(directions: Numbers, owners: Owners) -> Numbers:
    """Return clusters x clusters: the mean cosine of the windows of both, relative to that within each.

    A window is not compared with the next one, half of whose sound it shares.
    """
    import numpy as np

    sums, sizes = _sums(directions, owners), np.bincount(owners)
    across = sums @ sums.T / (sizes * sizes[:, None])
    together = owners[1:] == owners[:-1]
    following = np.sum(directions[1:] * directions[:-1], axis=1)
    shared = 2 * np.bincount(owners[1:], weights=together * following, minlength=len(sizes))
    neighbours = 2 * np.bincount(owners[1:], weights=together, minlength=len(sizes))
    itself = np.bincount(owners, weights=np.sum(directions**2, axis=1))
    pairs = sizes * (sizes - 1) - neighbours
    within = (np.diag(sums @ sums.T) - itself - shared) / np.maximum(pairs, 1)
    coherence = np.maximum(np.where(pairs > 0, within, USUAL_COHERENCE), MIN_COHERENCE)
    likeness: Numbers = across / np.sqrt(coherence * coherence[:, None])
    return likeness


def _sums(directions: Numbers, owners: Owners) -> Numbers:
    import numpy as np

    sums = np.zeros((int(owners.max()) + 1, directions.shape[1]))
    np.add.at(sums, owners, directions)
    return sums


def _means(directions: Numbers, owners: Owners) -> Numbers:
    """Return the direction of the mean of each cluster, of length 1."""
    import numpy as np

    sums = _sums(directions, owners)
    means: Numbers = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return means


def _numbered(owners: Owners | list[int]) -> Owners:
    """Return the owners numbered from 0, without gaps."""
    import numpy as np

    found: Owners = np.unique(owners, return_inverse=True)[1].reshape(-1)
    return found
