"""What the models that `make test` pulls make of real sound; without them, the tests say what is missing."""

from __future__ import annotations

import os
from pathlib import Path

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from scribedock.settings import Settings
from scribedock.speech.diarization.embedded import embedded_turns
from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.models import receipt
from scribedock.speech.recognizer import choose, engine_named
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm
from tests.support.media.sound import larger
from tests.support.speech import share_confused

MODELS = "SCRIBEDOCK_TEST_MODELS"
HEARD_S = 20


def pulled(name: str) -> Path:
    """Return the folder of a model; skip the test where no source gave it."""
    folder = Path(os.environ.get(MODELS, "data/models")).resolve() / name
    if not folder.is_dir():
        pytest.skip(
            f"{name} is not in {folder.parent}: make models pulls it, and no source may have answered"
        )
    return folder


@pytest.mark.parametrize("name", ["whisper-base", "campplus"])
def test_a_pulled_model_has_the_sums_of_its_receipt(name: str) -> None:
    folder = pulled(name)
    found = receipt.read(folder)
    assert found is not None
    assert receipt.wrong_files(folder, found) == []


def test_whisper_base_gets_the_beginning_of_the_recording_right(recording: Path, reference: str) -> None:
    spec = choose("auto", pulled("whisper-base"))
    pcm = read_pcm(recording, 0, HEARD_S * 16_000)
    words = engine_named(spec.engine).load(spec).recognize(pcm, 0, "en")
    normalized = EnglishTextNormalizer()
    heard = normalized("".join(word.text for word in words)).split()
    said = normalized(reference).split()[: len(heard)]
    assert len(heard) > 30
    assert jiwer.wer(" ".join(said), " ".join(heard)) <= 0.05


def test_campplus_finds_the_two_people_of_a_conversation(
    conversation: Path, conversation_speech: list[Span]
) -> None:
    embedder = Embedder(pulled("campplus") / "campplus.onnx", 1)
    found = embedded_turns(conversation, conversation_speech, None, embedder, Settings().speaker_similarity)
    assert {turn.speaker for turn in found} == {1, 2}
    assert share_confused(found) < 0.1


def test_campplus_tells_a_voice_from_a_larger_one(recording: Path) -> None:
    embedder = Embedder(pulled("campplus") / "campplus.onnx", 1)
    one, again = (read_pcm(recording, start * 16_000, 8 * 16_000) for start in (1, 20))
    voices = [embedder.embed(pcm) for pcm in (one, again, larger(one), larger(again))]
    likeness = np.array(voices) @ np.array(voices).T
    assert min(likeness[0, 1], likeness[2, 3]) > likeness[:2, 2:].max() + 0.2
