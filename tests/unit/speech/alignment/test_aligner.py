from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.speech.alignment.aligner import OUT_OF_TEXT, Aligner
from scribedock.speech.vad import read_pcm

SENTENCE = "Welcome to a small library by the sea."  # from 0.5 to 3.3 s of the recording
OTHER_TEXT = (
    "We had everything before us, we had nothing before us, we were all going direct to heaven.".split()
)


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner()


@pytest.fixture(scope="module")
def chunk(recording: Path) -> np.ndarray:
    return read_pcm(recording, 0, 16 * 3300)


def test_the_words_of_a_text_are_heard(aligner: Aligner, chunk: np.ndarray, reference: str) -> None:
    heard = aligner.hear(chunk, 10_000, reference.split())
    assert [each.word for each in heard] == "welcome to a small library by the sea".split()
    times = [time for each in heard for time in (each.start_ms, each.end_ms)]
    assert times == sorted(times)
    assert 10_000 < times[0] < times[-1] <= 13_300


def test_no_words_are_heard_of_a_text_that_is_not_spoken(aligner: Aligner, chunk: np.ndarray) -> None:
    heard = aligner.hear(chunk, 0, OTHER_TEXT)
    assert heard
    assert sum(each.word != OUT_OF_TEXT for each in heard) <= 3


def test_given_words_are_aligned_where_they_are_spoken(
    aligner: Aligner, chunk: np.ndarray, reference: str
) -> None:
    heard = aligner.hear(chunk, 0, reference.split())
    aligned = aligner.align(chunk, 0, SENTENCE.split(), wide=False)
    assert [each and each.word for each in aligned] == [each.word for each in heard]
    assert all(
        each is not None and abs(each.start_ms - other.start_ms) <= 30
        for each, other in zip(aligned, heard, strict=True)
    )


def test_what_is_said_and_left_out_of_the_text_is_no_part_of_the_word_after_it(
    aligner: Aligner, chunk: np.ndarray
) -> None:
    words = SENTENCE.split()
    without = [word for word in words if word != "small"]
    said = aligner.align(chunk, 0, words, wide=True)[words.index("library")]
    found = aligner.align(chunk, 0, without, wide=True, hesitations=True)[without.index("library")]
    stretched = aligner.align(chunk, 0, without, wide=True)[without.index("library")]
    assert said
    assert found
    assert stretched
    assert abs(found.start_ms - said.start_ms) <= 30
    assert said.start_ms - stretched.start_ms > 150


def test_a_number_is_aligned_as_it_is_spoken(aligner: Aligner, recording: Path, reference: str) -> None:
    """Seven minutes are written as a number here."""
    text = [word.replace("seven", "7") for word in reference.split()]
    heard = aligner.hear(read_pcm(recording, 16 * 20_000, 16 * 12_000), 20_000, text)
    assert "7" in [each.word for each in heard]


def test_a_text_that_is_not_spoken_is_not_aligned(aligner: Aligner, chunk: np.ndarray) -> None:
    assert aligner.align(chunk, 0, OTHER_TEXT, wide=False) == [None] * len(OTHER_TEXT)


def test_a_word_without_a_sound_has_no_time_and_disturbs_no_other(
    aligner: Aligner, chunk: np.ndarray
) -> None:
    words = ["Welcome", "to", "—", "a", "small", "library", "北京", "by", "the", "sea"]
    found = aligner.align(chunk, 0, words, wide=True)
    assert [word for word, each in zip(words, found, strict=True) if each is None] == ["—", "北京"]


def test_a_name_that_no_dictionary_has_is_aligned(aligner: Aligner, chunk: np.ndarray) -> None:
    words = "Welkomb to a small liebrary by the sea".split()
    assert None not in aligner.align(chunk, 0, words, wide=True)


@pytest.mark.parametrize("samples", [0, 1, 160])
def test_a_chunk_shorter_than_a_word_has_none(aligner: Aligner, samples: int) -> None:
    silence = np.zeros(samples, np.int16)
    assert aligner.hear(silence, 0, OTHER_TEXT) == []
    assert aligner.align(silence, 0, OTHER_TEXT, wide=True) == [None] * len(OTHER_TEXT)


def test_a_text_of_which_nothing_is_said_has_nothing_to_hear(aligner: Aligner, chunk: np.ndarray) -> None:
    assert aligner.hear(chunk, 0, ["—", "北京"]) == []
    assert aligner.align(chunk, 0, [], wide=True) == []
