from __future__ import annotations

from pathlib import Path

import jiwer
import numpy as np
import pytest

from scribedock.speech.engines.pocketsphinx import ALTERNATIVE_PRONUNCIATION, FILLER_WORD
from scribedock.speech.recognizer import Recognizer, choose, engine_named
from scribedock.speech.vad import read_pcm, speech_spans
from tests.support.recognizer_contract import *  # noqa: F403

SENTENCES = 5  # of the recording; each is a stretch of speech


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return engine_named("pocketsphinx").load(choose("pocketsphinx", None))


@pytest.fixture(scope="module")
def sound(recording: Path) -> np.ndarray:
    return read_pcm(recording, 0, 16_000 * 3)


def spoken(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha() or character.isspace())


def test_the_demonstration_recording_is_recognized_with_few_errors(
    recognizer: Recognizer, recording: Path, reference: str
) -> None:
    found = [
        word.text
        for span in speech_spans(recording)[:SENTENCES]
        for word in recognizer.recognize(
            read_pcm(recording, span.start_ms * 16, (span.end_ms - span.start_ms) * 16), span.start_ms, "en"
        )
    ]
    said = " ".join(reference.splitlines()[:SENTENCES])
    assert jiwer.wer(" ".join(spoken(said).split()), spoken(" ".join(found))) < 0.1


def test_the_first_sentence_is_recognized(recognizer: Recognizer, sound: np.ndarray) -> None:
    words = recognizer.recognize(sound, 0, "en")
    assert [word.text for word in words] == "welcome to a small library by the sea".split()


def test_no_filler_and_no_number_of_a_pronunciation_is_a_word(
    recognizer: Recognizer, recording: Path
) -> None:
    noise = np.random.default_rng(3).normal(0, 900, 16_000 * 4).astype(np.int16)
    chunk = np.concatenate([read_pcm(recording, 0, 16_000 * 7), noise])
    texts = [word.text for word in recognizer.recognize(chunk, 0, "en")]
    assert texts
    assert not [text for text in texts if set(text) & set("<>[]()+")]


@pytest.mark.parametrize("name", ["<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]", "++NOISE++"])
def test_every_filler_of_the_model_is_known_as_one(name: str) -> None:
    assert FILLER_WORD.fullmatch(name)


def test_the_number_of_a_pronunciation_is_removed() -> None:
    assert ALTERNATIVE_PRONUNCIATION.sub("", "the(2)") == "the"


def test_it_claims_no_confidence(recognizer: Recognizer, recording: Path) -> None:
    words = recognizer.recognize(read_pcm(recording, 0, 16_000 * 3), 0, "en")
    assert {word.confidence for word in words} == {None}


@pytest.mark.parametrize("samples", [160])
def test_a_chunk_shorter_than_a_word_has_none(samples: int, recognizer: Recognizer) -> None:
    assert recognizer.recognize(np.zeros(samples, np.int16), 0, "en") == []


def test_recognition_of_a_chunk_does_not_depend_on_earlier_ones(
    recognizer: Recognizer, recording: Path
) -> None:
    faint = (read_pcm(recording, 0, 16_000 * 5) // 8).astype(np.int16)
    noise = np.random.default_rng(5).normal(0, 3000, 16_000 * 4).astype(np.int16)
    before = recognizer.recognize(faint, 0, "en")
    recognizer.recognize(noise, 0, "en")
    assert recognizer.recognize(faint, 0, "en") == before
