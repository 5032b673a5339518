"""How sure Whisper is of a word, calibrated: of words with a confidence of 0.8, about four in five are right.

A word's probability alone says little. Beside one that was misheard, the neighbours are wrong more often than
their own probabilities tell, and so are all words of a window whose mean is low. In English, a word that no
dictionary has is wrong three times in four, and so is many a word that is said too fast for its letters.

The weights are those of logistic regressions over whisper-base's words: those of ENGLISH are what
`benchmarks/speech/confidence.py` finds on half of its recordings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from operator import mul

from scribedock.speech.recognizer import TimedWord

LEAST = 1e-4  # probabilities are kept this far from 0 and 1
LEAST_LOG_PROBABILITY = -20.0
MOST_LOG_ODDS = 50.0
LEAST_S = 0.02  # what is added to the length of a word: some have none
DOUBT_BELOW = 0.75
DOUBTFUL_PHRASE, MIN_PHRASE_WORDS = 0.7, 4
"""A phrase of so many words with a lower mean has no sure one: such is nearly all that Whisper makes of
reversed speech. Of fewer words, one says little of the others."""
DOUBTFUL_WINDOW = -0.6
"""An English window with a lower mean log probability has no sure word: all that is sure in reversed speech
is from such ones. Of 2,236 clear words none is; of 2,462 in noise 71 are, of which 15 were sure, 13 of them
rightly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """What each piece of evidence adds to the log odds of a word, in the order of `evidence`."""

    bias: float
    word: float
    neighbour: float
    window: float
    unknown: float = 0.0
    letters: float = 0.0
    pace: float = 0.0


GENERAL = Weights(bias=0.98, word=0.53, neighbour=0.36, window=1.30)
ENGLISH = Weights(bias=2.27, word=0.53, neighbour=0.34, window=1.56, unknown=-2.88, letters=0.05, pace=0.5)

TIME_STAMPS = -0.14
"""What time stamps add to the mean log probability of a window: weights and limits were found with them. Of
101 windows of speech, as it was and in noise, 45 had the same words both ways. There the means differ by 0.14
(a standard deviation of 0.05), and no less or more in noise (a slope of 1.03)."""

IsKnown = Callable[[str], bool]
"""Returns whether a written word is one of its language."""


def calibrated(
    words: Sequence[TimedWord], log_probability: float, is_known: IsKnown | None = None
) -> tuple[TimedWord, ...]:
    """Return the words of a phrase with their calibrated confidences in place of the model's probabilities.

    log_probability is the mean of the tokens of the window that they are from. is_known is for English; of
    other languages, less is known.
    """
    weights = astuple(GENERAL if is_known is None else ENGLISH)
    found = [
        _probability(weights[0] + sum(map(mul, weights[1:], each)))
        for each in evidence(words, log_probability, is_known or _any)
    ]
    badly_heard = is_known is not None and log_probability < DOUBTFUL_WINDOW
    judged = tuple(replace(word, confidence=each) for word, each in zip(words, found, strict=True))
    if badly_heard or (len(found) >= MIN_PHRASE_WORDS and sum(found) / len(found) < DOUBTFUL_PHRASE):
        return tuple(map(in_doubt, judged))
    return judged


def in_doubt(word: TimedWord) -> TimedWord:
    """Return the word with so little confidence that it is in doubt."""
    return replace(word, confidence=min(word.confidence or 0.0, math.nextafter(DOUBT_BELOW, 0)))


def as_with_stamps(log_probability: float) -> float:
    """Return the mean that the tokens of a window would have, had it been decoded with time stamps."""
    return log_probability + TIME_STAMPS


def evidence(
    words: Sequence[TimedWord], log_probability: float, is_known: IsKnown
) -> list[tuple[float, ...]]:
    """Return what tells whether each word of a phrase is right, in the order of the fields of Weights.

    Their log odds, those of the less probable neighbour (a word alone is its own), the mean log probability
    of the window, whether the word is unknown, its letters, and the logarithm of the seconds for each.
    """
    odds = [_log_odds(word.confidence or 0.0) for word in words]
    window = max(log_probability, LEAST_LOG_PROBABILITY)
    found: list[tuple[float, ...]] = []
    for place, word in enumerate(words):
        beside = [*odds[max(place - 1, 0) : place], *odds[place + 1 : place + 2]] or odds
        letters = max(sum(character.isalnum() for character in word.text), 1)
        pace = math.log((max(word.end_ms - word.start_ms, 0) / 1000 + LEAST_S) / letters)
        found.append((odds[place], min(beside), window, float(not is_known(word.text)), float(letters), pace))
    return found


def _any(written: str) -> bool:
    return True


def _log_odds(probability: float) -> float:
    kept = min(max(probability, LEAST), 1 - LEAST)
    return math.log(kept / (1 - kept))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(log_odds, -MOST_LOG_ODDS)))
