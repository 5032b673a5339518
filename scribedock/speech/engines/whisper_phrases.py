"""Whisper's phrases: a stretch of a window with its words, and what the model thinks of it.

Decoded with time stamps, a window comes in phrases already. Without them it is one text, which becomes
phrases here: at the ends of its sentences, and where its words are far from each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from scribedock.speech.engines.whisper_confidence import IsKnown, as_with_stamps, calibrated
from scribedock.speech.recognizer import TimedWord
from scribedock_captions.elementlist.punctuation import SENTENCE_ENDS, split_punctuation

PAUSE_MS = 1000
"""So far from the word before, a word begins a phrase, whatever the punctuation says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """What Whisper calls a segment. Times are milliseconds from the first sample."""

    text: str
    start_ms: int
    end_ms: int
    words: tuple[TimedWord, ...]
    """With calibrated confidences."""
    word_probability: float
    """The mean of the words' probabilities as the model has them."""
    log_probability: float
    """The mean of the tokens of the window that the phrase is from, as with time stamps; the next two are the
    window's, too."""
    compression_ratio: float
    no_speech_probability: float


def moved(phrase: Phrase, by_ms: int) -> Phrase:
    """Return the phrase so many milliseconds later."""
    return replace(
        phrase,
        start_ms=phrase.start_ms + by_ms,
        end_ms=phrase.end_ms + by_ms,
        words=tuple(
            replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms) for word in phrase.words
        ),
    )


def phrase_of(
    segment: Any, words: Sequence[TimedWord] = (), is_known: IsKnown | None = None, offset_ms: int = 0
) -> Phrase:
    """Return a segment of faster-whisper's that was decoded with time stamps, offset_ms later.

    is_known is for English, as in `calibrated`.
    """
    probabilities = [word.confidence or 0.0 for word in words]
    return Phrase(
        text=segment.text,
        start_ms=offset_ms + round(segment.start * 1000),
        end_ms=offset_ms + round(segment.end * 1000),
        words=tuple(
            replace(word, start_ms=word.start_ms + offset_ms, end_ms=word.end_ms + offset_ms)
            for word in calibrated(words, float(segment.avg_logprob), is_known)
        ),
        word_probability=sum(probabilities) / len(probabilities) if probabilities else 1.0,
        log_probability=float(segment.avg_logprob),
        compression_ratio=float(segment.compression_ratio),
        no_speech_probability=float(segment.no_speech_prob),
    )


def phrases_of(
    segment: Any, words: Sequence[TimedWord], is_known: IsKnown | None = None, offset_ms: int = 0
) -> list[Phrase]:
    """Return the phrases of a window that was decoded without time stamps, offset_ms later."""
    window = replace(segment, avg_logprob=as_with_stamps(float(segment.avg_logprob)))
    return [
        phrase_of(
            replace(
                window,
                text="".join(word.text for word in part),
                start=part[0].start_ms / 1000,
                end=part[-1].end_ms / 1000,
            ),
            part,
            is_known,
            offset_ms,
        )
        for part in _parts(words)
    ]


def words_of(timed: Iterable[Mapping[str, Any]]) -> list[TimedWord]:
    """Return the words that faster-whisper has timed, with the model's probabilities as confidences."""
    return [
        TimedWord(
            text=word["word"],
            start_ms=round(word["start"] * 1000),
            end_ms=round(word["end"] * 1000),
            confidence=min(max(float(word["probability"]), 0.0), 1.0),
        )
        for word in timed
    ]


def _parts(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    parts = [list(words[:1])] if words else []
    for before, word in pairwise(words):
        if _ends_sentence(before.text) or word.start_ms - before.end_ms >= PAUSE_MS:
            parts.append([])
        parts[-1].append(word)
    return parts


def _ends_sentence(text: str) -> bool:
    found = split_punctuation(text.strip())
    # A mark that faster-whisper joins to no word, as the danda of Hindi, is a word of its own.
    return found.ends_sentence or (not found.word and any(mark[0] in SENTENCE_ENDS for mark in found.before))
