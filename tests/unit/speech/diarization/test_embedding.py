from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from scribedock.settings import SettingsError
from scribedock.speech.diarization.embedded import embedded_turns
from scribedock.speech.diarization.embedding import EmbeddedVoices, Embedder, check
from scribedock.speech.diarization.voices import cluster_speakers
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm
from tests.support.media.sound import larger
from tests.support.models import tiny_speakers
from tests.support.speech import share_confused

Pcm = npt.NDArray[np.int16]


@pytest.fixture(scope="module")
def voices(recording: Path) -> tuple[Pcm, Pcm]:
    """Return what the model is trained on: of the conversation it has heard neither half."""
    heard = read_pcm(recording, 48 * 16_000, 30 * 16_000)
    return heard, larger(heard)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, voices: tuple[Pcm, Pcm]) -> Path:
    return tiny_speakers.build(tmp_path_factory.mktemp("speakers") / "model", voices)


def embedder(folder: Path) -> Embedder:
    return Embedder(folder / "model.onnx", 1)


def test_a_voice_is_a_direction_of_length_one(model: Path, recording: Path) -> None:
    found = embedder(model).embed(read_pcm(recording, 16_000, 32_000))
    assert found.shape == (2,)
    assert np.linalg.norm(found) == pytest.approx(1)


@pytest.mark.parametrize("people", [2, None])
def test_two_voices_are_distinguished_and_counted(
    model: Path, conversation: Path, conversation_speech: list[Span], people: int | None
) -> None:
    found = embedded_turns(conversation, conversation_speech, people, embedder(model), 0.0)
    assert {turn.speaker for turn in found} == {1, 2}
    assert share_confused(found) < 0.15


def test_voices_of_less_than_the_given_similarity_are_different_people() -> None:
    directions = np.array([[1, 0], [0.6, 0.8], [1, 0.1], [0, 1]])
    assert cluster_speakers(EmbeddedVoices(directions), within=1 - 0.9) == [0, 1, 0, 2]
    assert cluster_speakers(EmbeddedVoices(directions), within=1 - 0.7) == [0, 1, 0, 1]


def test_the_pool_diarizes_in_a_separate_process(
    model: Path, conversation: Path, conversation_speech: list[Span]
) -> None:
    spec = choose("pocketsphinx", None)
    assert not RecognizerPool(spec, processes=1, chunk_timeout_s=60).counts_people
    pool = RecognizerPool(spec, processes=1, chunk_timeout_s=60, speaker_model=check(model, 0.0))
    assert pool.counts_people
    found = pool.turns(conversation, conversation_speech, None)
    pool.close()
    assert found == embedded_turns(conversation, conversation_speech, None, embedder(model), 0.0)


def test_no_voice_is_kept_from_one_recording_to_the_next(
    model: Path, recording: Path, conversation: Path, conversation_speech: list[Span]
) -> None:
    """A process that has heard another recording answers as one that has heard none: no more than times."""
    pool = RecognizerPool(
        choose("pocketsphinx", None), processes=1, chunk_timeout_s=60, speaker_model=check(model, 0.0)
    )
    heard = pool.turns(recording, [Span(start_ms=0, end_ms=20_000)], None)
    after = pool.turns(conversation, conversation_speech, None)
    pool.close()
    assert heard
    assert after == embedded_turns(conversation, conversation_speech, None, embedder(model), 0.0)
    assert after[0].speaker == 1
    assert {type(value) for turn in after for value in asdict(turn).values()} == {int}


def test_a_model_with_another_input_is_named(
    tmp_path: Path, voices: tuple[Pcm, Pcm], recording: Path
) -> None:
    other = tiny_speakers.build(tmp_path / "model", voices, bands=40)
    with pytest.raises(ValueError, match=r"model\.onnx is not a speaker-embedding model.*frames, 80"):
        embedder(other).embed(read_pcm(recording, 16_000, 32_000))


def test_a_folder_without_a_model_or_with_two_is_refused(model: Path, tmp_path: Path) -> None:
    assert check(None, 0.5) is None
    with pytest.raises(SettingsError, match="is not a folder"):
        check(tmp_path / "missing", 0.5)
    with pytest.raises(SettingsError, match=r"must have one \.onnx file, not 0"):
        check(tmp_path, 0.5)
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes((model / "model.onnx").read_bytes())
    with pytest.raises(SettingsError, match=r"must have one \.onnx file, not 2"):
        check(tmp_path, 0.5)
