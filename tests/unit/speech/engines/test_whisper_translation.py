"""Whisper's own translation into English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper import WhisperModel

from scribedock.speech.engines.whisper_phrases import Phrase
from scribedock.speech.engines.whisper_translation import is_trained, translated_words
from scribedock.speech.recognizer import (
    Origin,
    RecognizerSpec,
    SpeechTranslator,
    choose,
    engine_named,
    translated_languages,
)
from tests.support.models.tiny_whisper import TEXT


def phrase(text: str, start_ms: int, end_ms: int, *, log_probability: float = -0.2) -> Phrase:
    return Phrase(
        text=text,
        start_ms=start_ms,
        end_ms=end_ms,
        words=(),
        word_probability=1.0,
        log_probability=log_probability,
        compression_ratio=1.2,
        no_speech_probability=0.1,
    )


def test_words_share_the_time_of_their_phrase_by_length() -> None:
    words = translated_words([phrase(" The sea.", 1000, 2000), phrase(" Cold", 3000, 3500)])
    assert [(word.text, word.start_ms, word.end_ms) for word in words] == [
        (" The", 1000, 1444),
        (" sea.", 1444, 2000),
        (" Cold", 3000, 3500),
    ]
    assert {(word.origin, word.confidence) for word in words} == {(Origin.INTERPOLATED, None)}


def test_a_phrase_of_which_the_model_is_not_sure_is_marked() -> None:
    [mark] = translated_words([phrase(" Thank you for watching.", 500, 900, log_probability=-1.1)])
    assert (mark.origin, mark.text, mark.start_ms, mark.end_ms) == (Origin.UNRECOGNIZED, "", 500, 900)


def test_loops_are_reduced_and_marks_alone_are_nothing() -> None:
    words = translated_words([phrase(" and so" * 9, 0, 9000), phrase(" ...", 9000, 9900)])
    assert [word.text for word in words] == [" and", " so"]


@pytest.mark.parametrize(
    ("name", "trained"),
    [("whisper-base", True), ("whisper-large-v3-turbo", False), ("distil-large-v3", False)],
)
def test_models_that_were_not_trained_to_translate_do_not(name: str, trained: bool) -> None:
    assert is_trained(Path("models") / name) is trained


def test_a_model_translates_every_language_but_english(whisper_model: Path, tmp_path: Path) -> None:
    spec = choose("whisper", whisper_model)
    assert translated_languages(spec) == engine_named("whisper").languages(spec) - {"en"} != frozenset()
    (tmp_path / "vocabulary.json").write_text('["the", "sea"]')
    assert translated_languages(RecognizerSpec(engine="whisper", model=tmp_path)) == frozenset()
    assert translated_languages(RecognizerSpec(engine="pocketsphinx")) == frozenset()


def test_a_model_is_asked_to_translate(whisper_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = engine_named("whisper").load(choose("whisper", whisper_model))
    transcribe, tasks = WhisperModel.transcribe, []

    def noted(*given: Any, **how: Any) -> Any:
        tasks.append((how["task"], how["language"]))
        return transcribe(*given, **how)

    monkeypatch.setattr(WhisperModel, "transcribe", noted)
    assert isinstance(recognizer, SpeechTranslator)
    noise = np.random.default_rng(1).normal(0, 3000, 5 * 16_000).astype(np.int16)
    words = recognizer.translate(noise, 60_000, "de")
    assert "".join(word.text for word in words).strip() == TEXT
    assert min(word.start_ms for word in words) >= 60_000
    assert recognizer.translate(noise[:0], 0, "de") == []
    assert tasks == [("translate", "de")]
