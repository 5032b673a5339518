from __future__ import annotations

from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.alignment.gaps import MAX_WIDE_WORDS, MAX_WINDOW_MS, PAD_MS, gaps
from scribedock.speech.span import Span

SPEECH = [Span(start_ms=1000, end_ms=9000), Span(start_ms=12_000, end_ms=20_000)]


def anchored(*times: tuple[int, int]) -> dict[int, HeardWord]:
    return {place: HeardWord(word="w", start_ms=start, end_ms=start + 300) for place, start in times}


def test_where_every_word_was_heard_nothing_is_left() -> None:
    assert gaps(2, anchored((0, 1000), (1, 1400)), SPEECH) == []


def test_words_between_two_anchors_are_a_gap_with_the_anchors_beside_them() -> None:
    (piece,) = gaps(4, anchored((0, 2000), (1, 2400), (3, 4000)), SPEECH)
    near = piece.windows[-1]
    assert (near.first, near.last) == (1, 4)
    assert near.span == Span(start_ms=2400 - PAD_MS, end_ms=4300 + PAD_MS)
    assert piece.windows[0].first == 0
    assert piece.wide


def test_words_before_the_first_anchor_may_be_anywhere_from_the_first_speech_on() -> None:
    (piece,) = gaps(3, anchored((2, 3000)), SPEECH)
    assert piece.windows[0].span.start_ms == 1000
    assert (piece.windows[0].first, piece.windows[0].last) == (0, 3)


def test_words_after_the_last_anchor_may_be_anywhere_up_to_the_last_speech() -> None:
    (piece,) = gaps(3, anchored((0, 3000)), SPEECH)
    assert piece.windows[0].span.end_ms == 20_000


def test_many_words_are_not_aligned_with_wide_beams() -> None:
    known = anchored(
        *((place, 1000 + 200 * place) for place in range(MAX_WIDE_WORDS + 2)), (2 * MAX_WIDE_WORDS + 3, 9000)
    )
    (piece,) = gaps(2 * MAX_WIDE_WORDS + 4, known, SPEECH)
    assert not piece.wide


def test_words_without_any_time_are_no_gap() -> None:
    assert gaps(5, anchored((0, 2000), (1, 2040), (4, 2080)), [Span(start_ms=2000, end_ms=2200)]) == []


def test_a_span_too_long_to_align_is_no_gap() -> None:
    speech = [Span(start_ms=0, end_ms=3 * MAX_WINDOW_MS)]
    assert gaps(3, anchored((0, 0), (2, 2 * MAX_WINDOW_MS)), speech) == []


def test_a_text_that_was_hardly_heard_is_not_aligned() -> None:
    assert gaps(10, anchored((2, 2000), (3, 2400)), SPEECH) == []


def test_a_text_that_was_not_heard_is_a_gap_only_if_it_is_short() -> None:
    assert gaps(100, {}, SPEECH) == []
    (piece,) = gaps(2, {}, SPEECH)
    assert piece.windows[0].span == Span(start_ms=1000, end_ms=20_000)
    assert not piece.wide


def test_without_speech_there_are_no_gaps() -> None:
    assert gaps(2, {}, []) == []
