from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from scribedock.settings import SettingsError
from scribedock.speech.engines.onnx import KINDS, files, spread, words
from scribedock.speech.recognizer import Origin, Recognizer, choose, engine_named, languages
from tests.support.models import tiny_onnx
from tests.support.models.tiny_onnx import FRAME_MS, PROBABILITY, TEXT
from tests.support.recognizer_contract import *  # noqa: F403

NOISE = np.random.default_rng(1).normal(0, 3000, 5 * 16_000).astype(np.int16)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_onnx.build(tmp_path / "model")


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return engine_named("onnx").load(choose("onnx", tiny_onnx.build(tmp_path_factory.mktemp("onnx"))))


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return NOISE


def test_words_carry_the_text_with_its_punctuation(recognizer: Recognizer) -> None:
    assert "".join(word.text for word in recognizer.recognize(NOISE, 0, "en")).strip() == TEXT


def test_words_are_where_their_tokens_are_in_the_media(recognizer: Recognizer) -> None:
    first, second = recognizer.recognize(NOISE, 60_000, "en")
    assert (first.start_ms, second.start_ms) == (60_000 + 5 * FRAME_MS, 60_000 + 12 * FRAME_MS)
    assert first.start_ms < first.end_ms <= second.start_ms < second.end_ms


def test_words_carry_the_models_confidence(recognizer: Recognizer) -> None:
    for word in recognizer.recognize(NOISE, 0, "en"):
        assert word.confidence == pytest.approx(PROBABILITY, abs=0.01)


def test_an_empty_chunk_has_no_words(recognizer: Recognizer) -> None:
    assert recognizer.recognize(np.zeros(0, np.int16), 0, "en") == []


def test_auto_takes_the_engine_of_the_files_in_the_folder(model: Path) -> None:
    assert choose("auto", model).engine == "onnx"


@pytest.mark.parametrize("missing", ["config.json", "vocab.txt", "model.onnx"])
def test_an_incomplete_model_is_refused_with_the_name_of_what_it_lacks(model: Path, missing: str) -> None:
    (model / missing).unlink()
    with pytest.raises(SettingsError, match=missing.replace(".", r"\.")):
        choose("onnx", model)


@pytest.mark.parametrize("config", ["", "[]", '{"model_type": "gpt"}', "[" * 100_000, "\xff"])
def test_a_config_that_names_no_kind_is_a_wrong_setting(model: Path, config: str) -> None:
    (model / "config.json").write_bytes(config.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"config\.json"):
        choose("onnx", model)


def test_smaller_files_are_preferred() -> None:
    assert files("nemo-conformer-tdt", "int8") == [
        "vocab.txt",
        "encoder-model.int8.onnx",
        "decoder_joint-model.int8.onnx",
    ]


def test_a_model_understands_english_unless_a_file_says_more(model: Path) -> None:
    assert languages(choose("onnx", model)) == {"en"}
    (model / "languages.txt").write_text("de\nen\nfr\n")
    assert languages(choose("onnx", model)) == {"de", "en", "fr"}
    (model / "languages.txt").write_text("English!")
    with pytest.raises(SettingsError, match=r"languages\.txt"):
        languages(choose("onnx", model))


def test_without_a_model_it_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be the folder of a model"):
        choose("onnx", None)


def test_a_kind_that_the_library_does_not_know_is_not_offered() -> None:
    from onnx_asr.loader import create_asr_resolver

    for kind in KINDS:
        assert create_asr_resolver(kind, ".", offline=True).model_type


def test_a_word_ends_soon_after_its_last_token_though_the_next_is_late() -> None:
    first, second = words([" a", " b"], [0.0, 4.0], [0.0, math.log(0.5)], 0, 5000)
    assert first.end_ms < 500
    assert (second.start_ms, second.confidence) == (4000, pytest.approx(0.5))


def test_words_without_times_share_the_chunk_and_say_that_they_are_estimated() -> None:
    found = spread(["one", "seven"], 1000, 1000)
    assert [(word.start_ms, word.end_ms) for word in found] == [(1000, 1400), (1400, 2000)]
    assert {word.origin for word in found} == {Origin.INTERPOLATED}
