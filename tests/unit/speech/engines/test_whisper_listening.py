"""What is made of what Whisper hears, with a decoder that hears what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scribedock.speech.engines.whisper_confidence import DOUBT_BELOW
from scribedock.speech.engines.whisper_decoding import MAX_TOKENS, max_tokens
from scribedock.speech.engines.whisper_listening import (
    MAX_DEPTH,
    cut_at_quietest,
    is_doubtful,
    is_said,
    listen,
)
from scribedock.speech.engines.whisper_phrases import Phrase
from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span

RATE = 16_000


def sound(seconds: float) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 2000, round(seconds * RATE)).astype(np.int16)


def phrase(
    text: str,
    length_ms: int,
    *,
    start_ms: int = 0,
    log_probability: float = -0.2,
    compression_ratio: float = 1.2,
    no_speech_probability: float = 0.1,
    confidence: float = 0.9,
) -> Phrase:
    texts = text.split()
    words = tuple(
        TimedWord(
            text=f" {each}",
            start_ms=start_ms + place * length_ms // len(texts),
            end_ms=start_ms + (place + 1) * length_ms // len(texts),
            confidence=confidence,
        )
        for place, each in enumerate(texts)
    )
    return Phrase(
        text=f" {text}",
        start_ms=start_ms,
        end_ms=start_ms + length_ms,
        words=words,
        word_probability=confidence,
        log_probability=log_probability,
        compression_ratio=compression_ratio,
        no_speech_probability=no_speech_probability,
    )


class Ear:
    """Decodes by the length of what it is given, in ms; `heard` has these lengths."""

    def __init__(self, decode: Callable[[int], list[Phrase]]) -> None:
        self.decode = decode
        self.heard: list[int] = []

    def __call__(self, pcm: np.ndarray) -> list[Phrase]:
        self.heard.append(len(pcm) * 1000 // RATE)
        return self.decode(self.heard[-1])


def texts(words: list[TimedWord]) -> str:
    return "".join(word.text for word in words).strip()


SENTENCE = "ask not what your country can do for you"


def test_a_sure_phrase_is_heard_once() -> None:
    ear = Ear(lambda length: [phrase(SENTENCE, length)])
    assert texts(listen(ear, sound(5))) == SENTENCE
    assert ear.heard == [5000]


def test_what_is_said_six_times_is_kept_six_times_where_it_is_heard_so_again() -> None:
    said = " ".join([SENTENCE] * 6)

    def decode(length: int) -> list[Phrase]:
        count = max(1, round(length / 3000))
        repeated = " ".join([SENTENCE] * count)
        return [phrase(repeated, length, compression_ratio=3.3 if count > 3 else 1.9)]

    assert texts(listen(Ear(decode), sound(18))) == said


def test_a_loop_that_is_not_heard_in_its_parts_is_replaced_by_what_is() -> None:
    def decode(length: int) -> list[Phrase]:
        if length > 20_000:
            return [phrase("Thank you. " * 40, length, compression_ratio=12.0)]
        return [phrase(f"said in {length} ms", length)]

    found = texts(listen(Ear(decode), sound(24)))
    assert "Thank" not in found
    assert found.count("said in") == 2


def test_an_improbable_phrase_between_sure_ones_is_heard_alone() -> None:
    def decode(length: int) -> list[Phrase]:
        if length == 10_000:
            return [
                phrase("first", 3000),
                phrase("gibberish", 2000, start_ms=4000, log_probability=-1.4),
                phrase("last", 2000, start_ms=7000),
            ]
        return [phrase("understood", length)]

    ear = Ear(decode)
    words = listen(ear, sound(10))
    assert texts(words) == "first understood last"
    assert ear.heard == [10_000, 4000]
    assert (words[1].start_ms, words[1].end_ms) == (3000, 7000)


def test_gibberish_is_marked_as_not_recognized_after_a_bounded_number_of_tries() -> None:
    ear = Ear(lambda length: [phrase("blah blah", length, log_probability=-1.5)])
    words = listen(ear, sound(28))
    assert texts(words) == ""
    assert {word.origin for word in words} == {Origin.UNRECOGNIZED}
    assert (words[0].start_ms, words[-1].end_ms) == (0, 28_000)
    assert sum(ear.heard) <= (MAX_DEPTH + 1) * 28_000


def test_words_of_little_probability_are_no_words() -> None:
    words = listen(Ear(lambda length: [phrase("so thanks", length, confidence=0.2)]), sound(2))
    assert [word.origin for word in words] == [Origin.UNRECOGNIZED]


def test_a_doubtful_sound_that_the_model_takes_for_silence_has_no_mark() -> None:
    ear = Ear(lambda length: [phrase("you", length, log_probability=-1.2, no_speech_probability=0.9)])
    assert listen(ear, sound(2)) == []


def test_a_loop_in_a_short_sound_is_reduced_to_words_in_doubt() -> None:
    words = listen(Ear(lambda length: [phrase("you " * 30, length, compression_ratio=9.0)]), sound(2))
    assert texts(words) == "you"
    assert (words[0].confidence or 0.0) < DOUBT_BELOW


def test_nothing_is_heard_in_nothing() -> None:
    assert listen(Ear(lambda length: []), sound(1)) == []


@pytest.mark.parametrize(
    ("change", "doubtful"),
    [
        ({}, False),
        ({"log_probability": -1.2}, True),
        ({"compression_ratio": 2.5, "log_probability": -0.5}, True),
        ({"compression_ratio": 2.5, "log_probability": -0.1}, False),  # anaphora of a sure speaker
        ({"compression_ratio": 3.1, "log_probability": -0.1}, True),
        ({"confidence": 0.2}, True),
    ],
)
def test_improbable_and_repeated_phrases_are_doubtful(change: dict[str, float], doubtful: bool) -> None:
    assert is_doubtful(phrase(SENTENCE, 1000, **change)) is doubtful  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "no_speech", "log_probability", "said"),
    [
        (" So we begin.", 0.1, -0.4, True),
        (" You", 0.85, -0.9, False),  # of silence
        (" .", 0.2, -0.5, False),
        (" Quietly said.", 0.7, -0.2, True),
    ],
)
def test_hallucinations_over_silence_are_not_said(
    text: str, no_speech: float, log_probability: float, said: bool
) -> None:
    found = replace(
        phrase("x", 1000), text=text, no_speech_probability=no_speech, log_probability=log_probability
    )
    assert is_said(found) is said


def test_a_stretch_is_cut_where_it_is_quietest() -> None:
    pcm = sound(9)
    pcm[4 * RATE : 4 * RATE + RATE // 2] = 0
    first, second = cut_at_quietest(pcm, Span(start_ms=0, end_ms=9000))
    assert (first.start_ms, second.end_ms) == (0, 9000)
    assert 4000 <= first.end_ms == second.start_ms <= 4500


def test_a_short_chunk_gets_few_tokens_and_none_more_than_the_model_has() -> None:
    assert max_tokens(1.0, "en") < max_tokens(20.0, "en") <= max_tokens(300.0, "en") == MAX_TOKENS
    assert max_tokens(1.0, "en") < max_tokens(1.0, "bn") < max_tokens(4.0, "my") == MAX_TOKENS
