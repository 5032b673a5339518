from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.coverage import Coverage, measure_coverage, wordless_stretches
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span

SPEECH = [Span(start_ms=1000, end_ms=11_000), Span(start_ms=20_000, end_ms=30_000)]


def word(start_ms: int, end_ms: int) -> TimedWord:
    return TimedWord(text="sea", start_ms=start_ms, end_ms=end_ms, confidence=None)


def found(*chunks: tuple[Span, list[TimedWord] | None]) -> Coverage:
    return measure_coverage(SPEECH, chunks)


def test_speech_beside_a_word_counts_as_recognized() -> None:
    covered = found((SPEECH[0], [word(2500, 5000), word(5500, 6000)]), (SPEECH[1], []))
    assert covered == Coverage(speech_ms=20_000, worded_ms=5500, unrecognized_ms=0)
    assert covered.wordless_ms == 14_500


def test_where_the_recognizer_failed_is_neither_with_words_nor_without() -> None:
    covered = found((SPEECH[0], None), (SPEECH[1], [word(20_000, 29_500)]))
    assert covered == Coverage(speech_ms=20_000, worded_ms=10_000, unrecognized_ms=10_000)
    assert covered.wordless_ms == 0


def test_the_pauses_within_joined_spans_are_not_speech() -> None:
    covered = found((Span(start_ms=1000, end_ms=30_000), None))
    assert covered == Coverage(speech_ms=20_000, worded_ms=0, unrecognized_ms=20_000)


def test_a_recording_without_speech_has_nothing_of_either() -> None:
    assert measure_coverage([], []) == Coverage(speech_ms=0, worded_ms=0, unrecognized_ms=0)


def test_stretches_that_no_word_touches_are_found() -> None:
    words = [word(2000, 3000), word(8000, 8500)]
    assert wordless_stretches(SPEECH, [(SPEECH[0], words), (SPEECH[1], [])]) == [
        Span(start_ms=3300, end_ms=7700),
        Span(start_ms=8800, end_ms=11_000),
        SPEECH[1],
    ]


def test_where_the_recognizer_failed_or_words_are_close_there_is_nothing_to_hear_again() -> None:
    close = [word(start, start + 500) for start in range(1000, 11_000, 1500)]
    assert wordless_stretches(SPEECH, [(SPEECH[0], close), (SPEECH[1], None)]) == []


TIMES = st.lists(st.integers(0, 40_000), min_size=2, max_size=30, unique=True).map(sorted)


@given(TIMES, st.lists(st.booleans(), min_size=15, max_size=15), TIMES)
def test_the_parts_make_up_the_whole(borders: list[int], failed: list[bool], times: list[int]) -> None:
    speech = [Span(start_ms=a, end_ms=b) for a, b in zip(borders[::2], borders[1::2], strict=False)]
    words = [word(a, b) for a, b in zip(times[::2], times[1::2], strict=False)]
    chunks = [(span, None if bad else words) for span, bad in zip(speech, failed, strict=False)]
    covered = measure_coverage(speech, chunks)
    assert covered.speech_ms == sum(span.end_ms - span.start_ms for span in speech)
    assert min(covered.worded_ms, covered.unrecognized_ms, covered.wordless_ms) >= 0
