"""Whisper on a GPU: in each precision, alone and in batches; without one, `make test-gpu` says so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import ctranslate2
import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from scribedock.speech.engines.whisper import batch
from scribedock.speech.engines.whisper_decoding import Decoder, compute_type
from scribedock.speech.engines.whisper_phrases import Phrase
from scribedock.speech.vad import read_pcm
from tests.support.models.pulled import pulled

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not ctranslate2.get_cuda_device_count(), reason="no GPU that CTranslate2 can use"),
]

CHUNK_S, CHUNKS = 20, 3
PRECISIONS = ("float16", "int8_float16")


@pytest.fixture(scope="module", params=PRECISIONS)
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return Decoder(pulled("whisper-base"), 1, precision=request.param)


def wrong_share(phrases: Sequence[Phrase], reference: str) -> float:
    """Return the share of wrong words, of as many words of the reference as were heard."""
    normalized = EnglishTextNormalizer()
    heard = normalized(" ".join(phrase.text for phrase in phrases)).split()
    said = normalized(reference).split()[: len(heard)]
    assert len(heard) > 30
    return float(jiwer.wer(" ".join(said), " ".join(heard)))


def test_each_precision_gets_the_recording_right(decoder: Decoder, recording: Path, reference: str) -> None:
    phrases = decoder.decode(read_pcm(recording, 0, CHUNK_S * CHUNKS * 16_000), "en")
    assert wrong_share(phrases, reference) <= 0.05
    assert all(word.start_ms <= word.end_ms for phrase in phrases for word in phrase.words)


def test_a_batch_gets_it_as_right_as_one_chunk_after_the_other(
    decoder: Decoder, recording: Path, reference: str
) -> None:
    length = CHUNK_S * 16_000
    chunks = [read_pcm(recording, number * length, length) for number in range(CHUNKS)]
    together = decoder.decode_batch(chunks, "en")
    alone = [decoder.decode(chunk, "en") for chunk in chunks]
    assert len(together) == CHUNKS
    in_batch, one_by_one = (wrong_share([*chain(*each)], reference) for each in (together, alone))
    assert in_batch <= one_by_one + 0.03


def test_a_gpu_is_used_where_there_is_one() -> None:
    assert batch() > 1
    assert compute_type("cuda", ctranslate2.get_supported_compute_types("cuda")) == "float16"
