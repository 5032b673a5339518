"""The recognizer that unit tests use does what every recognizer must do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.speech.pool.failures import MachineAtFault, RecognitionFailed
from scribedock.speech.span import Span
from scribedock.testing import ScriptedRecognizer, scripted_pool
from tests.support.recognizer_contract import *  # noqa: F403

SECOND = Span(start_ms=0, end_ms=1000)


@pytest.fixture
def recognizer() -> ScriptedRecognizer:
    return ScriptedRecognizer("Hello there, world.")


@pytest.fixture
def sound() -> np.ndarray:
    return np.full(16_000, 100, np.int16)


@pytest.fixture
def audio(tmp_path: Path, sound: np.ndarray) -> Path:
    path = tmp_path / "audio.pcm"
    path.write_bytes(sound.tobytes())
    return path


def test_its_pool_gives_the_words_of_a_span(recognizer: ScriptedRecognizer, audio: Path) -> None:
    pool = scripted_pool(recognizer)
    words = pool.recognize(audio, SECOND, "en", ("Ada",))
    assert [word.text.strip() for word in words] == ["Hello", "there,", "world."]
    assert recognizer.chunks == [(0, "en", ("Ada",))]
    pool.close()


def test_its_pool_fails_as_the_real_one_does(audio: Path) -> None:
    pool = scripted_pool(ScriptedRecognizer("fine", faults=[ValueError("bad sound"), MemoryError(), None]))
    with pytest.raises(RecognitionFailed, match="ValueError: bad sound"):
        pool.recognize(audio, SECOND, "en")
    with pytest.raises(MachineAtFault):
        pool.recognize(audio, SECOND, "en")
    assert pool.recognize(audio, SECOND, "en")
    pool.close()


def test_its_pool_tells_languages_apart_where_there_are_several(audio: Path) -> None:
    pool = scripted_pool(ScriptedRecognizer(languages={"de": 0.8, "en": 0.2}))
    assert pool.detects
    assert pool.detect_language(audio, [SECOND]) == {"de": 0.8, "en": 0.2}
    pool.close()
