"""Listening again to what Whisper is not sure of, and judging what then remains.

A phrase is doubtful where its tokens are improbable, or where it repeats itself: people do that too, so it is
heard again and not thrown away. A doubtful stretch is heard by itself, then in parts cut at its quietest
places. What is doubtful even then is marked as not recognized.

The limits of compression, mean log probability and probability of silence are those of Whisper's paper
(Radford et al., 2022, section 4.5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.engines.loops import without_loops
from scribedock.speech.engines.whisper_confidence import in_doubt
from scribedock.speech.engines.whisper_phrases import Phrase
from scribedock.speech.recognizer import SAMPLE_RATE, TimedWord, unrecognized
from scribedock.speech.span import Span

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

MAX_COMPRESSION_RATIO = 2.4
MIN_LOG_PROBABILITY = -1.0
MIN_NO_SPEECH_PROBABILITY = 0.6  # from which a phrase is taken for silence
SURE_LOG_PROBABILITY = -0.35  # of words that count even if the model takes the sound for silence
SURE_COMPRESSION_RATIO = 3.0
"""Up to here a text whose words are sure is believed at once: that of "It was the best of times, it was the
worst of times", which goes on so, has 2.46."""
MIN_WORD_PROBABILITY = 0.3  # the mean of a phrase
MIN_CONFIDENCE = 0.45
"""The mean of a phrase. Of the words of phrases below it, more than half were wrong."""
MIN_CONFIDENCE_AFTER_LOOP = 0.85
"""The same where something was heard again and again that was not said: what a model makes of reversed speech
has less, and of real speech that it repeated at first it is sure in parts."""
AGREEMENT = 0.7
"""With this share of the words heard again in parts, those heard as a whole are kept: they had more context.
"""
MIN_PART_MS = 3000  # a part must be twice as long to be cut once more
MAX_DEPTH = 2  # how often a stretch is cut
ALONE_SHARE = 0.7
"""A stretch that is a larger share of what was decoded would not sound different alone: it is cut at once."""
FRAME_MS = 20
SMOOTHED_FRAMES = 7
SAMPLES_PER_MS = SAMPLE_RATE // 1000

Decode = Callable[["Pcm"], list[Phrase]]


def listen(decode: Decode, pcm: Pcm) -> list[TimedWord]:
    """Return the words of a chunk, in ms from its first sample; see `judged` for what is not understood."""
    return judged(decode, pcm, decode(pcm))


def judged(
    decode: Decode,
    pcm: Pcm,
    phrases: Sequence[Phrase],
    *,
    depth: int = 0,
    least: float = MIN_CONFIDENCE,
) -> list[TimedWord]:
    """Return the words of the phrases that a chunk was decoded into; the doubtful ones are heard again.

    Where somebody speaks and is not understood, there is a word without text, of the origin UNRECOGNIZED.
    depth is how often the chunk was cut already, least the mean confidence that a phrase must have.
    """
    length_ms = len(pcm) // SAMPLES_PER_MS
    words: list[TimedWord] = []
    runs = [
        (doubtful, list(run))
        for doubtful, run in groupby(phrases, key=lambda phrase: is_doubtful(phrase, least))
    ]
    end_ms = 0
    for place, (doubtful, run) in enumerate(runs):
        if not doubtful:
            words += [word for phrase in run if is_said(phrase) for word in phrase.words]
        else:
            following = runs[place + 1][1][0].start_ms if place + 1 < len(runs) else length_ms
            stretch = Span(start_ms=min(end_ms, run[0].start_ms), end_ms=max(following, run[-1].end_ms))
            words += _heard_again(decode, pcm, stretch, run, depth, least)
        end_ms = run[-1].end_ms
    return words


def is_doubtful(phrase: Phrase, least: float = MIN_CONFIDENCE) -> bool:
    """Return whether a phrase is to be heard again."""
    return _is_improbable(phrase, least) or repeats_itself(phrase)


def _is_improbable(phrase: Phrase, least: float) -> bool:
    return (
        phrase.log_probability < MIN_LOG_PROBABILITY
        or phrase.word_probability < MIN_WORD_PROBABILITY
        or _mean_confidence(phrase) < least
    )


def repeats_itself(phrase: Phrase) -> bool:
    """Return whether a phrase says the same so often that nobody may have said it."""
    sure = phrase.log_probability >= SURE_LOG_PROBABILITY
    return phrase.compression_ratio > (SURE_COMPRESSION_RATIO if sure else MAX_COMPRESSION_RATIO)


def is_said(phrase: Phrase) -> bool:
    """Return whether a phrase has a letter, and is not invented over what the model takes for silence."""
    return any(character.isalnum() for character in phrase.text) and not _is_silence(phrase)


def _is_silence(phrase: Phrase) -> bool:
    return (
        phrase.no_speech_probability > MIN_NO_SPEECH_PROBABILITY
        and phrase.log_probability < SURE_LOG_PROBABILITY
    )


def _heard_again(
    decode: Decode, pcm: Pcm, stretch: Span, phrases: Sequence[Phrase], depth: int, least: float
) -> list[TimedWord]:
    length_ms = stretch.end_ms - stretch.start_ms
    if depth == 0 and length_ms < ALONE_SHARE * len(pcm) / SAMPLES_PER_MS:
        parts = [stretch]
    elif depth < MAX_DEPTH and length_ms >= 2 * MIN_PART_MS:
        parts = cut_at_quietest(pcm, stretch)
    else:
        return [word for phrase in phrases for word in _last_word(phrase, least)]
    sounds = [pcm[part.start_ms * SAMPLES_PER_MS : part.end_ms * SAMPLES_PER_MS] for part in parts]
    decoded = [decode(sound) for sound in sounds]
    first = [word for phrase in phrases for word in phrase.words]
    if not any(_is_improbable(phrase, least) for phrase in phrases):
        again = [word for part in decoded for phrase in part for word in phrase.words]
        if agreement(first, again) >= AGREEMENT:
            return first
        least = MIN_CONFIDENCE_AFTER_LOOP
    return [
        replace(word, start_ms=word.start_ms + part.start_ms, end_ms=word.end_ms + part.start_ms)
        for part, sound, heard in zip(parts, sounds, decoded, strict=True)
        for word in judged(decode, sound, heard, depth=depth + 1, least=least)
    ]


def _last_word(phrase: Phrase, least: float) -> list[TimedWord]:
    """Return what is left of a phrase that cannot be heard in yet another way."""
    if not is_said(phrase):
        return []
    if _is_improbable(phrase, least):
        return [unrecognized(phrase.start_ms, phrase.end_ms)]
    kept = without_loops(phrase.words)
    # A loop makes its own words probable.
    return kept if len(kept) == len(phrase.words) else [in_doubt(word) for word in kept]


def agreement(words: Sequence[TimedWord], others: Sequence[TimedWord]) -> float:
    """Return the share of the words, 0..1, that both have in the same order; of the longer list."""
    ours, theirs = ([bare_word(word.text) for word in each if word.text.strip()] for each in (words, others))
    longest = max(len(ours), len(theirs))
    matcher = SequenceMatcher(a=ours, b=theirs, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / longest if longest else 1.0


def cut_at_quietest(pcm: Pcm, stretch: Span) -> list[Span]:
    """Return two parts of a stretch, cut at the quietest moment of its middle third."""
    import numpy as np

    third_ms = (stretch.end_ms - stretch.start_ms) // 3
    first = (stretch.start_ms + third_ms) * SAMPLES_PER_MS
    frame = FRAME_MS * SAMPLES_PER_MS
    count = max(third_ms // FRAME_MS, 1)
    middle = pcm[first : first + count * frame].astype(np.float64)
    middle = np.pad(middle, (0, count * frame - len(middle)))
    power = np.square(middle.reshape(count, frame)).mean(axis=1)
    smooth = np.convolve(power, np.full(SMOOTHED_FRAMES, 1 / SMOOTHED_FRAMES), mode="same")
    cut_ms = stretch.start_ms + third_ms + int(np.argmin(smooth)) * FRAME_MS + FRAME_MS // 2
    return [
        Span(start_ms=stretch.start_ms, end_ms=cut_ms),
        Span(start_ms=cut_ms, end_ms=stretch.end_ms),
    ]


def _mean_confidence(phrase: Phrase) -> float:
    known = [word.confidence for word in phrase.words if word.confidence is not None]
    return sum(known) / len(known) if known else 1.0
