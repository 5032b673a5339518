"""What the models that `make models` pulls make of real sound; without them, the tests say what is
missing.
"""

from __future__ import annotations

from pathlib import Path

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from scribedock.settings import Settings
from scribedock.speech.diarization.embedded import embedded_turns
from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.engines import whisper_decoding
from scribedock.speech.engines.whisper import CONTEXT_MS, JOINS_MS
from scribedock.speech.engines.whisper_confidence import DOUBT_BELOW
from scribedock.speech.models import receipt
from scribedock.speech.pauses import with_context
from scribedock.speech.pool.batches import joined_spans
from scribedock.speech.recognizer import Recognizer, choose, engine_named
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm, speech_spans
from tests.support.media.sound import larger
from tests.support.models.pulled import pulled
from tests.support.speech import share_confused

HEARD_S = 20
FEW_TOKENS = 40


@pytest.mark.parametrize("name", ["whisper-base", "campplus"])
def test_a_pulled_model_has_the_sums_of_its_receipt(name: str) -> None:
    folder = pulled(name)
    found = receipt.read(folder)
    assert found is not None
    assert receipt.wrong_files(folder, found) == []


@pytest.fixture(scope="module")
def whisper() -> Recognizer:
    spec = choose("auto", pulled("whisper-base"))
    return engine_named(spec.engine).load(spec)


def test_whisper_base_gets_the_beginning_of_the_recording_right(
    whisper: Recognizer, recording: Path, reference: str
) -> None:
    words = whisper.recognize(read_pcm(recording, 0, HEARD_S * 16_000), 0, "en")
    normalized = EnglishTextNormalizer()
    heard = normalized("".join(word.text for word in words)).split()
    said = normalized(reference).split()[: len(heard)]
    assert len(heard) > 30
    assert jiwer.wer(" ".join(said), " ".join(heard)) <= 0.05


def test_whisper_base_loses_and_changes_no_word_of_the_recording(
    whisper: Recognizer, recording: Path, reference: str
) -> None:
    normalized = EnglishTextNormalizer()
    heard = "".join(word.text for chunk in chunks(recording) for word in whisper.recognize(*chunk, "en"))
    assert normalized(heard) == normalized(reference)


def test_whisper_base_cuts_nobody_off_who_says_more_than_a_window_has_tokens(
    whisper: Recognizer, recording: Path, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper_decoding, "MAX_TOKENS", FEW_TOKENS)
    normalized = EnglishTextNormalizer()
    pcm, offset_ms = chunks(recording)[0]
    heard = normalized("".join(word.text for word in whisper.recognize(pcm, offset_ms, "en"))).split()
    said = normalized(reference).split()[: len(heard)]
    assert len(heard) > FEW_TOKENS
    assert jiwer.wer(" ".join(said), " ".join(heard)) <= 0.05


def chunks(recording: Path) -> list[tuple[np.ndarray, int]]:
    """Return what a worker gives to Whisper, and where each begins, in ms."""
    media_ms = recording.stat().st_size // 32
    joined = joined_spans(speech_spans(recording), pause_ms=JOINS_MS)
    spans = with_context(joined, context_ms=CONTEXT_MS, media_ms=media_ms)
    return [
        (read_pcm(recording, span.start_ms * 16, (span.end_ms - span.start_ms) * 16), span.start_ms)
        for span in spans
    ]


def test_whisper_base_keeps_a_sentence_however_often_it_is_said(whisper: Recognizer, recording: Path) -> None:
    sentence = speech_spans(recording)[0]
    first, after = sentence.start_ms * 16, min(sentence.end_ms, sentence.start_ms + 4000) * 16
    once = read_pcm(recording, first, after - first)
    often = np.concatenate([np.append(once, np.zeros(8000, np.int16))] * 6)
    said, repeated = (whisper.recognize(pcm, 0, "en") for pcm in (once, often))
    assert len(said) > 3
    assert abs(len(repeated) - 6 * len(said)) <= 6


@pytest.mark.parametrize("name", ["noise", "hum"])
def test_whisper_base_hears_nothing_sure_where_nobody_speaks(whisper: Recognizer, name: str) -> None:
    seconds = np.arange(3 * 16_000) / 16_000
    sounds = {
        "noise": np.random.default_rng(1).normal(0, 1500, len(seconds)),
        "hum": sum(4000 / k * np.sin(2 * np.pi * 50 * k * seconds) for k in (1, 2, 3, 5)),
    }
    words = whisper.recognize(np.asarray(sounds[name]).astype(np.int16), 0, "en")
    assert [word.text for word in words if (word.confidence or 0) >= DOUBT_BELOW] == []


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
