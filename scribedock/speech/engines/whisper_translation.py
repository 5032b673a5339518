"""Whisper's own translation into English, from the sound: its phrases as words.

What it does not do: time the words. The cross-attention that times those of a transcript follows what is
said, not how a translation puts it; a word has the share of its phrase's time that its length has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scribedock.speech.engines.loops import without_loops
from scribedock.speech.engines.whisper_listening import MIN_LOG_PROBABILITY, is_said
from scribedock.speech.engines.whisper_phrases import Phrase
from scribedock.speech.recognizer import Origin, TimedWord, unrecognized

UNTRAINED = ("turbo", "distil")
"""What is in the names of models that were not trained to translate: they transcribe instead.
Source: the README of openai/whisper, and that of distil-whisper."""


def is_trained(folder: Path) -> bool:
    """Return whether a multilingual model was trained to translate, by the name of its folder."""
    return not any(name in folder.name.lower() for name in UNTRAINED)


def translated_words(phrases: Sequence[Phrase]) -> list[TimedWord]:
    """Return the words of translated phrases, in ms from the first sample, without repetition loops.

    A phrase of which the model is not sure is speech that was not recognized.
    """
    words: list[TimedWord] = []
    for phrase in phrases:
        if not is_said(phrase):
            continue
        if phrase.log_probability < MIN_LOG_PROBABILITY:
            words.append(unrecognized(phrase.start_ms, phrase.end_ms))
        else:
            words += without_loops(list(_words(phrase)))
    return words


def _words(phrase: Phrase) -> Iterator[TimedWord]:
    texts = phrase.text.split()
    total, done = sum(len(text) + 1 for text in texts), 0
    length_ms = phrase.end_ms - phrase.start_ms
    for text in texts:
        start_ms = phrase.start_ms + length_ms * done // total
        done += len(text) + 1
        yield TimedWord(
            text=f" {text}",
            start_ms=start_ms,
            end_ms=phrase.start_ms + length_ms * done // total,
            confidence=None,
            origin=Origin.INTERPOLATED,
        )
