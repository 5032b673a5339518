from __future__ import annotations

from types import SimpleNamespace

import pytest
from faster_whisper.transcribe import Segment

from scribedock.speech.engines.whisper_phrases import PAUSE_MS, phrase_of, phrases_of, words_of
from scribedock.speech.recognizer import TimedWord

LENGTH_MS = 300


def window(text: str, log_probability: float = -0.1) -> Segment:
    return Segment(
        id=1,
        seek=0,
        start=0.0,
        end=30.0,
        text=text,
        tokens=[],
        avg_logprob=log_probability,
        compression_ratio=1.3,
        no_speech_prob=0.2,
        words=None,
        temperature=0.0,
    )


def words(*texts: str, confidence: float = 0.9) -> list[TimedWord]:
    return [
        TimedWord(
            text=text,
            start_ms=place * LENGTH_MS,
            end_ms=(place + 1) * LENGTH_MS,
            confidence=confidence,
        )
        for place, text in enumerate(texts)
    ]


def texts(*said: str) -> list[str]:
    return [phrase.text for phrase in phrases_of(window("".join(said)), words(*said))]


@pytest.mark.parametrize(
    ("said", "phrases"),
    [
        ([" We", " begin.", " Do", ' you?"', " Yes"], [" We begin.", ' Do you?"', " Yes"]),
        ([" Mr.", " Quilter", " said", " J.", " Smith"], [" Mr. Quilter said J. Smith"]),
        (["我们", "开始。", "好"], ["我们开始。", "好"]),
        ([" हम", " आए", "।", " ठीक"], [" हम आए।", " ठीक"]),
        ([" และ", "เรา"], [" และเรา"]),
        ([], []),
    ],
)
def test_a_window_becomes_its_sentences(said: list[str], phrases: list[str]) -> None:
    assert texts(*said) == phrases


def test_a_long_pause_ends_a_phrase() -> None:
    said = words(" so", " on", " and", " then")
    later = [
        TimedWord(
            text=word.text, start_ms=word.start_ms + PAUSE_MS, end_ms=word.end_ms + PAUSE_MS, confidence=0.9
        )
        for word in said[2:]
    ]
    assert [each.text for each in phrases_of(window("x"), [*said[:2], *later])] == [" so on", " and then"]
    assert len(phrases_of(window("x"), said)) == 1


def test_a_phrase_has_the_times_and_the_probability_of_its_words_and_the_rest_of_its_window() -> None:
    said = [*words(" We", " begin."), *words(" x", " x", " It", " ended.", confidence=0.5)[2:]]
    first, second = phrases_of(window("We begin. It ended."), said, None, 5000)
    assert (first.start_ms, first.end_ms, second.start_ms, second.end_ms) == (5000, 5600, 5600, 6200)
    assert (first.word_probability, second.word_probability) == (0.9, 0.5)
    assert [word.start_ms for word in second.words] == [5600, 5900]
    for phrase in (first, second):
        assert (phrase.compression_ratio, phrase.no_speech_probability) == (1.3, 0.2)
    assert first.log_probability == second.log_probability


def test_probabilities_without_time_stamps_count_as_those_with_them() -> None:
    said = words(" clear")
    (clear,) = phrases_of(window(" clear", -0.05), said)
    (unclear,) = phrases_of(window(" clear", -0.6), said)
    stamped = phrase_of(window(" clear", -0.05), said)
    assert stamped.log_probability == -0.05
    assert unclear.log_probability < clear.log_probability < stamped.log_probability
    assert (clear.words[0].confidence or 0) < (stamped.words[0].confidence or 0)


def test_words_have_whole_milliseconds_and_probabilities() -> None:
    timed = SimpleNamespace(word=" sea", start=1.234, end=1.5, probability=1.0000001)
    [word] = words_of([vars(timed)])
    assert word == TimedWord(text=" sea", start_ms=1234, end_ms=1500, confidence=1.0)
