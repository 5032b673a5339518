from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.jobs.languages import AUTO
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.speech.span import Span
from scribedock.workflow.steps.job_language import JobLanguage, identify_language
from tests.support.media.sound import pcm
from tests.support.models import tiny_whisper

SPEECH = [Span(start_ms=5000 * place, end_ms=5000 * place + 900) for place in range(4)]


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "audio.pcm"
    path.write_bytes(pcm(20))
    return path


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecognizerPool]:
    """Of a model that takes everything for Czech."""
    model = tiny_whisper.build(tmp_path_factory.mktemp("models") / "czech", language="cs")
    pool = RecognizerPool(choose("whisper", model), processes=1, chunk_timeout_s=120)
    yield pool
    pool.close()


def test_the_identified_language_is_in_the_catalogues_spelling(pool: RecognizerPool, audio: Path) -> None:
    found = identify_language(pool, audio, SPEECH, AUTO)
    assert found.language == "cz"
    assert found.notice is not None and found.notice.startswith("The language was identified: cz (")


def test_another_language_than_the_given_one_is_only_reported(pool: RecognizerPool, audio: Path) -> None:
    found = identify_language(pool, audio, SPEECH, "fr-ca")
    assert found.language == "fr-ca"
    assert found.notice is not None and "sounds like cz" in found.notice


def test_the_given_language_causes_no_notice(pool: RecognizerPool, audio: Path) -> None:
    assert identify_language(pool, audio, SPEECH, "cz") == JobLanguage(language="cz")


def test_the_language_is_heard_from_the_first_chunk_on(pool: RecognizerPool, audio: Path) -> None:
    found = identify_language(pool, audio, SPEECH[:1], "en")
    assert found.language == "en"
    assert found.notice is not None and "sounds like cz" in found.notice


def test_a_language_that_was_not_given_is_replaced(pool: RecognizerPool, audio: Path) -> None:
    found = identify_language(pool, audio, SPEECH[:1], "en", given=False)
    assert found.language == "cz"
    assert found.notice is not None and found.notice.startswith("No language was given;")


def test_a_recording_without_speech_has_no_language(pool: RecognizerPool, audio: Path) -> None:
    found = identify_language(pool, audio, [], AUTO)
    assert (found.language, found.notice) == ("en", "No language was identified; en is assumed.")


def test_an_engine_without_language_identification_is_not_asked(audio: Path) -> None:
    closed = RecognizerPool(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
    closed.close()
    assert identify_language(closed, audio, SPEECH, "en") == JobLanguage(language="en")


def test_a_failed_identification_keeps_the_given_language(
    pool: RecognizerPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scribedock.workflow.steps.attempts.WAITS_S", (0.0, 0.1))
    assert identify_language(pool, tmp_path / "missing.pcm", SPEECH, "en") == JobLanguage(language="en")
