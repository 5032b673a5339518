from __future__ import annotations

from scribedock.speech.doubt import count_in_doubt, without_unrecognized
from scribedock.speech.recognizer import TimedWord, unrecognized
from scribedock.speech.span import Span

CHUNK = Span(start_ms=1000, end_ms=9000)


def word(start_ms: int, end_ms: int, confidence: float | None = 0.9) -> TimedWord:
    return TimedWord(text="sea", start_ms=start_ms, end_ms=end_ms, confidence=confidence)


def test_speech_that_was_not_understood_is_a_chunk_without_words() -> None:
    first, last = word(1000, 2000), word(6000, 7000)
    assert without_unrecognized([(CHUNK, [first, unrecognized(3000, 5000), last])]) == [
        (Span(start_ms=1000, end_ms=3000), [first]),
        (Span(start_ms=3000, end_ms=5000), None),
        (Span(start_ms=5000, end_ms=9000), [last]),
    ]


def test_a_chunk_that_was_not_understood_at_all_has_no_other_parts() -> None:
    assert without_unrecognized([(CHUNK, [unrecognized(0, 20_000)])]) == [(CHUNK, None)]


def test_marks_that_overlap_are_counted_once() -> None:
    found = without_unrecognized([(CHUNK, [unrecognized(2000, 5000), unrecognized(3000, 4000)])])
    assert [span for span, words in found if words is None] == [Span(start_ms=2000, end_ms=5000)]


def test_other_chunks_stay_as_they_are() -> None:
    chunks = [(CHUNK, [word(1000, 2000)]), (Span(start_ms=9500, end_ms=9900), None)]
    assert without_unrecognized(chunks) == chunks


def test_words_of_little_confidence_are_in_doubt() -> None:
    assert count_in_doubt([word(0, 1, 0.2), word(1, 2, 0.5), word(2, 3, 0.9)], 0.5) == 1
    assert count_in_doubt([], 0.5) == 0


def test_without_the_confidence_of_each_word_nobody_knows_which_are_in_doubt() -> None:
    assert count_in_doubt([word(0, 1, 0.2), word(1, 2, None)], 0.5) is None
