from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from scribedock.settings import SettingsError
from scribedock.speech.assembly import assemble
from scribedock.speech.recognizer import Recognizer, choose, engine_named
from scribedock.speech.span import Span
from scribedock.speech.whisper import is_said
from tests.unit.speech import tiny_whisper
from tests.unit.speech.tiny_whisper import PROMPT_LENGTH, STEP_MS, TEXT

NOISE = np.random.default_rng(1).normal(0, 3000, 5 * 16_000).astype(np.int16)


def load(model: Path) -> Recognizer:
    return engine_named("whisper").load(choose("whisper", model))


@pytest.fixture(scope="module")
def recognizer(whisper_model: Path) -> Recognizer:
    return load(whisper_model)


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


@pytest.mark.parametrize(
    ("text", "no_speech", "log_probability", "compression", "said"),
    [
        (" So we begin.", 0.1, -0.4, 1.2, True),
        (" You", 0.85, -0.9, 0.6, False),  # of silence
        (" .", 0.2, -0.5, 0.3, False),
        (" Thank you. Thank you. Thank you.", 0.1, -0.1, 3.1, False),
        (" Quietly said.", 0.7, -0.2, 1.1, True),
    ],
)
def test_what_nobody_said_is_no_segment(
    text: str, no_speech: float, log_probability: float, compression: float, said: bool
) -> None:
    assert is_said(text, no_speech, log_probability, compression) is said


def test_terms_stand_before_what_the_model_says(recognizer: Recognizer) -> None:
    """The tiny model speaks by position, so that terms before it change what it says."""
    terms = ("Elinor Dashwood", "Kubernetes")
    assert recognizer.recognize(NOISE, 0, "en", terms) != recognizer.recognize(NOISE, 0, "en")
