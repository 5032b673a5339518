"""How a sound becomes windows, with a model that knows one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scribedock.speech.engines import whisper_decoding
from scribedock.speech.engines.whisper_decoding import MANNERS, WINDOW_SAMPLES, Decoder
from tests.support.models.tiny_whisper import SENTENCE, TEXT

NOISE = np.random.default_rng(1).normal(0, 3000, WINDOW_SAMPLES + 1).astype(np.int16)
SAMPLES = 4 * 16_000  # of which the last second has no word
TERMS = ("Elinor Dashwood", "Kubernetes")


@pytest.fixture
def decoder(whisper_model: Path) -> Decoder:
    return Decoder(whisper_model, 1)


@pytest.fixture
def stamped(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return whether each call of faster-whisper asked for time stamps, as they come."""
    calls: list[bool] = []
    transcribe = decoder._model.transcribe

    def noted(sound: Any, **wanted: Any) -> Any:
        calls.append(not wanted.get("without_timestamps", False))
        return transcribe(sound, **wanted)

    monkeypatch.setattr(decoder._model, "transcribe", noted)
    return calls


def limit_to(tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper_decoding, "MAX_TOKENS", tokens)


def test_what_fits_into_a_window_is_decoded_once_without_time_stamps(
    decoder: Decoder, stamped: list[bool]
) -> None:
    [phrase] = decoder.decode(NOISE[:SAMPLES], "en")
    assert phrase.text.strip() == TEXT
    assert stamped == [False]


def test_a_window_whose_words_end_long_before_its_sound_is_decoded_with_time_stamps(
    decoder: Decoder, stamped: list[bool]
) -> None:
    assert decoder.decode(NOISE[:WINDOW_SAMPLES], "en")[0].text.strip() == TEXT
    assert stamped == [False, True]


def test_what_is_longer_than_a_window_is_decoded_with_time_stamps(
    decoder: Decoder, stamped: list[bool]
) -> None:
    assert decoder.decode(NOISE, "en")[0].text.strip() == TEXT
    assert stamped == [True]


def test_a_window_that_has_more_to_say_than_its_tokens_is_decoded_with_time_stamps(
    decoder: Decoder, stamped: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_to(len(SENTENCE) - 2, monkeypatch)
    assert decoder.decode(NOISE[:SAMPLES], "en")
    assert stamped == [False, True]


def test_a_longer_one_is_decoded_in_halves(
    decoder: Decoder, stamped: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_to(len(SENTENCE) - 2, monkeypatch)
    sound = NOISE[: 2 * SAMPLES]
    first, *_, last = decoder.decode(sound, "en")
    assert stamped == [False, False, True, False, True]
    assert first.end_ms < len(sound) // 48 <= last.start_ms <= last.words[0].start_ms < last.end_ms <= 8000
    [both] = decoder.decode_batch([sound], "en")
    assert (both[0], both[-1]) == (first, last)


def test_so_is_one_of_a_batch_and_only_that(
    decoder: Decoder, stamped: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    [whole], nothing = decoder.decode_batch([NOISE[:SAMPLES], NOISE[:0]], "en")
    assert (whole.text.strip(), nothing, stamped) == (TEXT, [], [])
    decoder.decode_batch([NOISE[:WINDOW_SAMPLES]], "en")
    assert stamped == [True]
    limit_to(len(SENTENCE) - 2, monkeypatch)
    first, nothing, last = decoder.decode_batch([NOISE[:SAMPLES], NOISE[:0], NOISE[:48_000]], "en")
    assert (bool(first), nothing, bool(last), stamped) == (True, [], True, [True] * 3)


def test_a_batch_has_the_phrases_that_each_of_its_chunks_has_alone(decoder: Decoder) -> None:
    chunks = [NOISE[:SAMPLES], NOISE[:48_000]]
    together = decoder.decode_batch(chunks, "en")
    alone = [decoder.decode(chunk, "en") for chunk in chunks]
    for ours, theirs in zip(together, alone, strict=True):
        assert [phrase.text for phrase in ours] == [phrase.text for phrase in theirs]
        assert [phrase.log_probability for phrase in ours] == pytest.approx(
            [phrase.log_probability for phrase in theirs], abs=1e-3
        )


@pytest.mark.parametrize("terms", [(), TERMS])
@pytest.mark.parametrize("limit", [3, 8])
def test_a_window_gets_as_many_tokens_as_its_limit_says(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch, limit: int, terms: Sequence[str]
) -> None:
    limit_to(limit, monkeypatch)
    [segment] = decoder._segments(NOISE[:SAMPLES], "en", terms, without_timestamps=True)
    # After a prompt that is longer than the limit, CTranslate2 allows one more.
    assert len(segment.tokens) - limit in ((0, 1) if terms else (0,))


@pytest.fixture
def prompts(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what stands before each window that is decoded, as it comes."""
    found: list[str] = []
    generate = decoder._model.generate_with_fallback

    def noted(encoded: Any, prompt: list[int], *others: Any) -> Any:
        found.append(decoder._model.hf_tokenizer.decode(prompt))
        return generate(encoded, prompt, *others)

    monkeypatch.setattr(decoder._model, "generate_with_fallback", noted)
    return found


@pytest.mark.parametrize(
    ("language", "terms", "before"),
    [
        ("en", (), f" {MANNERS['en']}"),
        ("en", TERMS, f" Elinor Dashwood, Kubernetes {MANNERS['en']}"),
        ("en", ("Kubernetes",) * 14, ", ".join([" Kubernetes", *["Kubernetes"] * 13])),
        ("de", (), ""),
    ],
)
def test_a_window_without_time_stamps_is_shown_how_sentences_are_written_where_terms_leave_room(
    decoder: Decoder, prompts: list[str], language: str, terms: Sequence[str], before: str
) -> None:
    [phrase] = decoder.decode(NOISE[:SAMPLES], language, terms)
    assert (prompts, phrase.text.strip()) == ([before], TEXT)


def test_one_with_time_stamps_is_not(decoder: Decoder, prompts: list[str]) -> None:
    decoder.decode(NOISE, "en")
    assert prompts == [""]
