from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scribedock.speech.alignment.aligner import Aligner
from scribedock.speech.alignment.refinement import (
    MAX_HALVINGS,
    MAX_SHIFT_MS,
    STRETCHED_MS,
    aligned_words,
)
from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm
from tests.support.speech import spoken, whisper

CHUNK = Span(start_ms=1000, end_ms=7000)


class Found:
    """An aligner that finds each word `by_ms` later than it was recognized, but for texts with `unknown`."""

    def __init__(self, words: Sequence[TimedWord], by_ms: int = 100, unknown: str = "") -> None:
        self._times = {word.text.strip(): word for word in words}
        self._by_ms = by_ms
        self._unknown = unknown
        self.calls: list[tuple[Span, list[str]]] = []

    def __call__(self, span: Span, texts: Sequence[str]) -> list[Span | None]:
        self.calls.append((span, list(texts)))
        if self._unknown and self._unknown in texts:
            return [None] * len(texts)
        return [
            Span(start_ms=word.start_ms + self._by_ms, end_ms=word.end_ms + self._by_ms)
            for word in (self._times[text] for text in texts)
        ]


def test_the_words_of_a_chunk_take_the_times_that_alignment_finds() -> None:
    words = spoken(whisper("Are you there?"), 1000, confidence=0.9)
    found = aligned_words(words, CHUNK, Found(words))
    assert found == [
        replace(word, start_ms=word.start_ms + 100, end_ms=word.end_ms + 100, origin=Origin.ALIGNED)
        for word in words
    ]


@pytest.mark.parametrize("by_ms", [MAX_SHIFT_MS + 1, -MAX_SHIFT_MS - 1])
def test_a_word_that_is_found_far_away_keeps_its_time(by_ms: int) -> None:
    words = spoken(whisper("Are you there?"), 2000)
    assert aligned_words(words, CHUNK, Found(words, by_ms)) == words


@pytest.mark.parametrize(("last_ms", "kept"), [(STRETCHED_MS, False), (STRETCHED_MS + 1, True)])
def test_a_word_that_is_found_stretched_over_what_is_not_in_the_text_keeps_its_time(
    last_ms: int, kept: bool
) -> None:
    words = spoken(whisper("Are you there?"), 2000)

    def align(span: Span, texts: Sequence[str]) -> list[Span | None]:
        found = [Span(start_ms=word.start_ms, end_ms=word.end_ms) for word in words]
        return [*found[:-1], Span(start_ms=words[-1].start_ms, end_ms=words[-1].start_ms + last_ms)]

    *others, last = aligned_words(words, CHUNK, align)
    assert {word.origin for word in others} == {Origin.ALIGNED}
    assert (last == words[-1]) is kept


def test_a_long_word_that_the_recognizer_has_as_long_is_found() -> None:
    words = [TimedWord(text=" incomprehensibilities", start_ms=2000, end_ms=3400, confidence=0.9)]
    [found] = aligned_words(words, CHUNK, Found(words))
    assert (found.origin, found.start_ms, found.end_ms) == (Origin.ALIGNED, 2100, 3500)


def test_an_estimated_time_gives_way_to_any_that_is_found() -> None:
    words = [replace(word, origin=Origin.INTERPOLATED) for word in spoken(whisper("Are you there?"), 2000)]
    found = aligned_words(words, CHUNK, Found(words, 900))
    assert [word.start_ms for word in found] == [2900, 3200, 3500]
    assert {word.origin for word in found} == {Origin.ALIGNED}


def test_what_cannot_be_aligned_as_a_whole_is_divided_in_its_longest_pause() -> None:
    first, second = spoken(whisper("one two three four"), 1000), spoken(whisper("five six um seven"), 4000)
    align = Found([*first, *second], unknown="um")
    found = aligned_words([*first, *second], CHUNK, align)
    assert [word.origin is Origin.ALIGNED for word in found] == [*[True] * 6, False, False]
    whole, before, after = align.calls[:3]
    assert whole == (CHUNK, "one two three four five six um seven".split())
    assert (before[1], after[1]) == ("one two three four".split(), "five six um seven".split())
    assert before[0].end_ms < 4000
    assert after[0].start_ms > first[-1].end_ms


def test_a_chunk_that_cannot_be_aligned_costs_a_limited_number_of_tries() -> None:
    words = spoken(whisper("um " * 100), 0)
    align = Found(words, unknown="um")
    assert aligned_words(words, Span(start_ms=0, end_ms=30_000), align) == words
    assert len(align.calls) < 2 ** (MAX_HALVINGS + 1)


def test_the_parts_of_a_word_are_aligned_together_and_share_its_time() -> None:
    texts = [" It", " costs", " $5", ",000", "."]
    words = spoken(texts, 1000)
    calls: list[list[str]] = []

    def align(span: Span, texts: Sequence[str]) -> list[Span | None]:
        calls.append(list(texts))
        return [None, None, Span(start_ms=1700, end_ms=2555)]

    found = aligned_words(words, CHUNK, align)
    assert calls == [["It", "costs", "$5,000."]]
    assert [word.text for word in found] == texts
    assert found[:2] == words[:2]
    assert [(word.start_ms, word.end_ms) for word in found[2:]] == [(1700, 1951), (2001, 2253), (2303, 2555)]


def test_words_at_one_moment_and_outside_of_the_chunk_are_aligned_as_well() -> None:
    words = [TimedWord(text=f" {n}", start_ms=9000, end_ms=9000, confidence=None) for n in range(8)]
    align = Found(words, unknown="7")
    aligned_words(words, CHUNK, align)
    assert all(CHUNK.start_ms <= span.start_ms <= span.end_ms <= CHUNK.end_ms for span, _ in align.calls)


def test_no_words_need_no_alignment() -> None:
    assert aligned_words([], CHUNK, Found([])) == []


def test_real_words_are_found_where_they_are_spoken(recording: Path, reference: str) -> None:
    """What a recognizer spreads evenly over two sentences goes to where the aligner hears it."""
    aligner = Aligner()
    texts = reference.split()[:8]

    def align(span: Span, texts: Sequence[str]) -> list[Span | None]:
        pcm = read_pcm(recording, 16 * span.start_ms, 16 * (span.end_ms - span.start_ms))
        found = aligner.align(pcm, span.start_ms, texts, wide=True, hesitations=True)
        return [each and Span(start_ms=each.start_ms, end_ms=each.end_ms) for each in found]

    even = [
        TimedWord(
            text=f" {text}",
            start_ms=place * 410,
            end_ms=place * 410 + 410,
            confidence=None,
            origin=Origin.INTERPOLATED,
        )
        for place, text in enumerate(texts)
    ]
    found = aligned_words(even, Span(start_ms=0, end_ms=3300), align)
    assert {word.origin for word in found} == {Origin.ALIGNED}
    heard = aligner.hear(read_pcm(recording, 0, 16 * 3300), 0, texts)
    assert all(abs(word.start_ms - each.start_ms) <= 50 for word, each in zip(found, heard, strict=True))
