"""The weights of Whisper's confidences in English, found on half of some recordings, and tried on the others.

python -m benchmarks.speech.confidence FOLDER --model FOLDER [--noise DB,DB...] [--backwards] [--threads N]

FOLDER has a manifest.json: a list of {"name", "file", "text"}. Each recording is heard as it is, in pink
noise so many decibels below its louder parts, and, with --backwards, played backwards. The weights are those
of a logistic regression over the words of every other recording by name. Then two lines of CSV for each
half, with the confidences that are shipped and with the weights that were found: words, how many are wrong,
the share of the errors that the least sure tenth of the words holds, the area under the ROC curve, the Brier
score, the share of the words that is in doubt and of the errors in them; of the words of the recordings
played backwards, how many are not in doubt.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.speech.material import Recording, in_noise, recordings
from benchmarks.speech.recognition import Pipeline, misheard, normalised
from scribedock.speech.engines import whisper_confidence, whisper_phrases
from scribedock.speech.engines.whisper_confidence import (
    DOUBT_BELOW,
    DOUBTFUL_PHRASE,
    DOUBTFUL_WINDOW,
    MIN_PHRASE_WORDS,
    Weights,
    evidence,
)
from scribedock.speech.recognizer import TimedWord, choose
from scribedock.speech.vad import read_pcm

if TYPE_CHECKING:
    from scribedock.speech.engines.whisper_confidence import IsKnown

    Numbers = npt.NDArray[np.float64]

LEAST_SURE = 0.1
WINDOW = 2  # the place of its mean log probability in the evidence
PRIOR = 1.0  # the precision of the weights, each relative to the deviation of its evidence
ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A word that was heard: what is known of it, whether it is right, its phrase, and its confidence."""

    evidence: tuple[float, ...]
    right: bool
    phrase: int
    confidence: float
    backwards: bool


class Witness:
    """Stands in front of `calibrated`, and remembers the evidence of each word by its confidence."""

    def __init__(self) -> None:
        self._calibrated = whisper_confidence.calibrated
        self._known: dict[tuple[str, float], tuple[tuple[float, ...], int]] = {}
        self._phrases = 0

    def __call__(
        self, words: Sequence[TimedWord], log_probability: float, is_known: IsKnown | None = None
    ) -> tuple[TimedWord, ...]:
        found = self._calibrated(words, log_probability, is_known)
        self._phrases += 1
        for word, each in zip(found, evidence(words, log_probability, is_known or bool), strict=True):
            self._known[word.text, word.confidence or 0.0] = (each, self._phrases)
        return found

    def judged(self, words: Sequence[TimedWord], wrong: Sequence[bool], backwards: bool) -> Iterator[Judged]:
        for word, error in zip(words, wrong, strict=True):
            confidence = word.confidence or 0.0
            if (known := self._known.get((word.text, confidence))) is not None:
                yield Judged(
                    evidence=known[0],
                    phrase=known[1],
                    right=not error,
                    confidence=confidence,
                    backwards=backwards,
                )


def heard(
    pipeline: Pipeline, witness: Witness, each: Recording, levels: Sequence[int], *, backwards: bool
) -> Iterator[Judged]:
    pcm = read_pcm(each.audio, 0, each.audio.stat().st_size // 2)
    reference = normalised(each.text)
    for sound in (pcm, *(in_noise(pcm, level, each.name) for level in levels)):
        sound.tofile(each.audio)
        words = pipeline.hear(each).words
        yield from witness.judged(words, misheard(reference, words), backwards=False)
    if backwards:
        pcm[::-1].tofile(each.audio)
        words = pipeline.hear(each).words
        yield from witness.judged(words, [True] * len(words), backwards=True)


def regression(rows: Numbers, right: Numbers) -> Numbers:
    """The bias and the weights of a logistic regression, by Newton's method."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(rows)), (rows - middle) / spread])
    prior = np.diag([0.0, *[PRIOR] * rows.shape[1]])
    weights = np.zeros(scaled.shape[1])
    for _ in range(ROUNDS):
        sure = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (right - sure) - prior @ weights
        weights += np.linalg.solve((scaled.T * (sure * (1 - sure))) @ scaled + prior, slope)
    found = weights[1:] / spread
    return np.array([weights[0] - found @ middle, *found])


def refitted(words: Sequence[Judged], weights: Numbers) -> list[Judged]:
    """The words with the confidences that these weights give them."""
    rows = np.array([word.evidence for word in words])
    sure = 1 / (1 + np.exp(-(weights[0] + rows @ weights[1:])))
    phrases = np.unique([word.phrase for word in words], return_inverse=True)[1]
    lengths = np.bincount(phrases)
    doubtful = (np.bincount(phrases, weights=sure) < DOUBTFUL_PHRASE * lengths) & (
        lengths >= MIN_PHRASE_WORDS
    )
    capped = doubtful[phrases] | (rows[:, WINDOW] < DOUBTFUL_WINDOW)
    kept = np.where(capped, np.minimum(sure, np.nextafter(DOUBT_BELOW, 0)), sure)
    return [replace(word, confidence=float(each)) for word, each in zip(words, kept, strict=True)]


def figures(words: Sequence[Judged]) -> list[object]:
    said = [word for word in words if not word.backwards]
    sure = np.array([word.confidence for word in said])
    right = np.array([word.right for word in said])
    wrong = max(int((~right).sum()), 1)
    least = np.argsort(sure, kind="stable")[: round(LEAST_SURE * len(sure))]
    above = (sure[right][:, None] > sure[~right]).mean() + (sure[right][:, None] == sure[~right]).mean() / 2
    backwards = [word for word in words if word.backwards]
    return [
        len(said),
        int((~right).sum()),
        f"{(~right[least]).sum() / wrong:.3f}",
        f"{above:.3f}",
        f"{np.mean((sure - right) ** 2):.4f}",
        f"{np.mean(sure < DOUBT_BELOW):.3f}",
        f"{(sure[~right] < DOUBT_BELOW).sum() / wrong:.3f}",
        len(backwards),
        sum(word.confidence >= DOUBT_BELOW for word in backwards),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--noise", type=lambda text: [int(part) for part in text.split(",")], default=[8, 2])
    parser.add_argument("--backwards", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    witness = Witness()
    remember: Callable[..., tuple[TimedWord, ...]] = witness
    whisper_phrases.calibrated = remember  # type: ignore[attr-defined]
    pipeline = Pipeline(replace(choose("whisper", arguments.model), threads=arguments.threads), 0)
    halves: dict[str, list[Judged]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for half in "ab":
            spoken = [each for each in recordings(arguments.folder, Path(folder), half) if each.text]
            halves[half] = [
                word
                for each in spoken
                for word in heard(pipeline, witness, each, arguments.noise, backwards=arguments.backwards)
            ]
    training = [word for word in halves["a"] if not word.backwards]
    weights = regression(
        np.array([word.evidence for word in training]), np.array([float(word.right) for word in training])
    )
    names = [field.name for field in fields(Weights)]
    print(json.dumps(dict(zip(names, (round(float(each), 3) for each in weights), strict=True))))
    output = csv.writer(sys.stdout)
    columns = "words wrong least_sure_hold roc_area brier in_doubt errors_in_doubt reversed sure"
    output.writerow(["half", "weights", *columns.split()])
    for half, words in halves.items():
        output.writerow([half, "shipped", *figures(words)])
        output.writerow([half, "found", *figures(refitted(words, weights))])


if __name__ == "__main__":
    main()
