from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from scribedock.settings import SettingsError
from scribedock.speech.assembly import assemble
from scribedock.speech.engines.whisper_decoding import compute_type
from scribedock.speech.recognizer import (
    BatchRecognizer,
    LanguageDetector,
    Recognizer,
    choose,
    detects,
    engine_named,
)
from scribedock.speech.span import Span
from tests.support.models import tiny_whisper
from tests.support.models.tiny_whisper import PROMPT_LENGTH, STEP_MS, TEXT
from tests.support.recognizer_contract import *  # noqa: F403

NOISE = np.random.default_rng(1).normal(0, 3000, 5 * 16_000).astype(np.int16)


def load(model: Path) -> Recognizer:
    return engine_named("whisper").load(choose("whisper", model))


@pytest.fixture(scope="module")
def recognizer(whisper_model: Path) -> Recognizer:
    return load(whisper_model)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return NOISE


def test_words_carry_the_text_with_its_punctuation(recognizer: Recognizer) -> None:
    words = recognizer.recognize(NOISE, 0, "en")
    assert "".join(word.text for word in words).strip() == TEXT


def test_words_are_where_the_model_looked_in_the_audio(recognizer: Recognizer) -> None:
    # The second word is token PROMPT_LENGTH + 2 of the alignment: prompt, "no time stamps", first word.
    words = recognizer.recognize(NOISE, 0, "en")
    expected = (PROMPT_LENGTH + 0.5) * STEP_MS
    assert abs(words[1].start_ms - expected) <= 20
    assert words[2].start_ms - words[1].start_ms == STEP_MS


def test_times_are_of_the_media_not_of_the_chunk(recognizer: Recognizer) -> None:
    first, later = recognizer.recognize(NOISE, 0, "en"), recognizer.recognize(NOISE, 61_234, "en")
    assert [word.start_ms + 61_234 for word in first] == [word.start_ms for word in later]
    assert [word.end_ms + 61_234 for word in first] == [word.end_ms for word in later]


def test_words_carry_the_models_confidence(recognizer: Recognizer) -> None:
    confidences = [word.confidence for word in recognizer.recognize(NOISE, 0, "en")]
    assert all(confidence is not None and 0.99 < confidence <= 1 for confidence in confidences)


def test_a_language_goes_by_its_iso_code(recognizer: Recognizer) -> None:
    assert recognizer.recognize(NOISE, 0, "jv")


def test_a_chunk_without_a_sample_has_no_words(recognizer: Recognizer) -> None:
    assert recognizer.recognize(NOISE[:0], 0, "en") == []


def test_a_chunk_of_one_sample_is_no_error(recognizer: Recognizer) -> None:
    assert isinstance(recognizer.recognize(NOISE[:1], 0, "en"), list)


def test_a_chunk_in_which_the_model_hears_no_speech_has_no_words(tmp_path: Path) -> None:
    model = tiny_whisper.build(tmp_path / "deaf", hears_speech=False)
    assert load(model).recognize(NOISE, 0, "en") == []


def test_chunks_together_have_the_words_that_each_has_alone(recognizer: Recognizer) -> None:
    assert isinstance(recognizer, BatchRecognizer)
    chunks = [(NOISE, 1000), (NOISE[:0], 20_000), (NOISE[:48_001], 61_234)]
    found = recognizer.recognize_batch(chunks, "en")
    texts = ["".join(word.text for word in words).strip() for words in found]
    assert texts == [TEXT, "", TEXT]
    for words, (pcm, offset_ms) in zip(found, chunks, strict=True):
        for word in words:
            assert offset_ms <= word.start_ms < word.end_ms <= offset_ms + len(pcm) / 16 + 20
            assert word.confidence is not None and word.confidence > 0.99
    # Each is where the model looked in its own chunk; how long a first word lasts is a guess.
    first, third = found[0][1:], found[2][1:]
    assert [word.start_ms - 1000 for word in first] == [word.start_ms - 61_234 for word in third]


def test_chunks_without_a_sample_have_no_words_together(recognizer: Recognizer) -> None:
    assert isinstance(recognizer, BatchRecognizer)
    assert recognizer.recognize_batch([], "en") == []
    assert recognizer.recognize_batch([(NOISE[:0], 0), (NOISE[:0], 5)], "en") == [[], []]


def test_chunks_in_which_the_model_hears_no_speech_have_no_words_together(tmp_path: Path) -> None:
    deaf = load(tiny_whisper.build(tmp_path / "deaf", hears_speech=False))
    assert isinstance(deaf, BatchRecognizer)
    assert deaf.recognize_batch([(NOISE, 0), (NOISE, 7000)], "en") == [[], []]


def test_the_spoken_language_is_identified_by_its_iso_code(tmp_path: Path) -> None:
    model = tiny_whisper.build(tmp_path / "javanese", language="jw")
    recognizer = load(model)
    assert isinstance(recognizer, LanguageDetector)
    found = recognizer.detect(NOISE)
    assert max(found, key=lambda code: found[code]) == "jv"
    assert found["jv"] > 0.9
    assert detects(choose("whisper", model))


@pytest.mark.parametrize(
    ("device", "supported", "chosen"),
    [
        ("cpu", {"int8", "int8_float32", "float32"}, "int8"),
        ("cpu", {"float32"}, "float32"),
        ("cuda", {"int8", "float16", "int8_float16", "float32"}, "float16"),
        ("cuda", {"int8", "int8_float32", "float32"}, "int8_float32"),  # a GPU before Volta
        ("cuda", set(), "default"),
    ],
)
def test_numbers_are_as_the_device_is_made_for(device: str, supported: set[str], chosen: str) -> None:
    assert compute_type(device, supported) == chosen


def test_a_model_without_its_number_of_mel_bands_is_refused(whisper_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(whisper_model, folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 128}))
    with pytest.raises(SettingsError, match="needs 80 mel bands and is given 128"):
        load(folder)


def test_its_words_make_a_list_with_the_same_text(recognizer: Recognizer) -> None:
    words = recognizer.recognize(NOISE, 1000, "en")
    made = assemble(
        [(Span(start_ms=1000, end_ms=6000), words)], language="en", media_ms=7000, punctuates=True
    )
    (segment,) = made.segments
    text = " ".join("".join(token.display_as for token in sequence.tokens) for sequence in segment.sequences)
    assert text == TEXT
    assert all((sequence.confidence_score or 0) > 0.99 for sequence in segment.sequences)


def test_a_chunk_has_the_same_words_whatever_was_heard_before(recognizer: Recognizer) -> None:
    first = recognizer.recognize(NOISE, 0, "en")
    recognizer.recognize(NOISE[::-1].copy(), 0, "en", ("Quilter",))
    assert recognizer.recognize(NOISE, 0, "en") == first


def test_the_window_whose_language_was_heard_is_not_encoded_again(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = recognizer._decoder  # type: ignore[attr-defined]
    encoded = []
    encode = decoder._encode

    def counted(features: np.ndarray) -> object:
        encoded.append(features.shape)
        return encode(features)

    monkeypatch.setattr(decoder, "_encode", counted)
    sound = np.random.default_rng(7).normal(0, 3000, 5 * 16_000).astype(np.int16)
    recognizer.detect(sound)  # type: ignore[attr-defined]
    assert recognizer.recognize(sound, 0, "en")
    assert len(encoded) == 1
