from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.recognizer import Origin, TimedWord, unrecognized
from scribedock.speech.span import Span
from scribedock.testing import RecordedSteps, ScriptedRecognizer, scripted_pool
from scribedock.workflow.saved_steps import saved_by
from scribedock.workflow.steps.recognition_step import Recognition, recognize, restored_word
from scribedock.workflow.steps.word_times import refined_words

SENTENCE = "Welcome to a small library by the sea."
CHUNK = Span(start_ms=0, end_ms=3300)  # it is said from 0.5 s on


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demonstration recording as raw mono 16 kHz s16le."""
    path = tmp_path_factory.mktemp("recording") / "recording.pcm"
    with as_file(files("scribedock.demo") / "recording.flac") as shipped:
        decode(shipped, path, Limits(max_duration_s=600, memory=2 * 1024**3))
    return path


@pytest.fixture
def pool() -> Iterator[RecognizerPool]:
    made = scripted_pool(ScriptedRecognizer(SENTENCE), early_ms=60)
    yield made
    made.close()


def words_in(audio: Path, pool: RecognizerPool, language: str = "en") -> list[TimedWord]:
    """Return the words as they were recognized: spread evenly over the chunk."""
    return pool.recognize(audio, CHUNK, language)


def test_english_words_are_aligned(pool: RecognizerPool, recording: Path) -> None:
    even = words_in(recording, pool)
    found = refined_words(pool, recording, CHUNK, even, "en", always)
    assert [word.text for word in found] == [word.text for word in even]
    assert [word.confidence for word in found] == [0.9] * 8
    aligned = [word for word in found if word.origin is Origin.ALIGNED]
    assert len(aligned) >= 4
    heard = pool.align(recording, CHUNK, SENTENCE.split(), wide=False)
    assert all(Span(start_ms=word.start_ms, end_ms=word.end_ms) in heard for word in aligned)


def test_words_of_other_languages_begin_after_the_silence(pool: RecognizerPool, recording: Path) -> None:
    even = words_in(recording, pool, "de")
    found = refined_words(pool, recording, CHUNK, even, "de", always)
    assert {word.origin for word in found} == {Origin.RECOGNIZED}
    assert [word.end_ms for word in found] == [word.end_ms + 60 for word in even]
    assert all(after.start_ms >= before.start_ms + 60 for before, after in zip(even, found, strict=True))


def test_words_are_kept_where_alignment_fails(pool: RecognizerPool, recording: Path) -> None:
    even = words_in(recording, pool)
    pool.close()
    found = refined_words(pool, recording, CHUNK, even, "en", always)
    assert found == refined_words(pool, recording, CHUNK, even, "de", always)
    assert len(found) == 8


def test_the_words_of_an_engine_with_exact_times_are_not_touched(recording: Path) -> None:
    exact = scripted_pool(ScriptedRecognizer(SENTENCE))
    even = words_in(recording, exact)
    assert refined_words(exact, recording, CHUNK, even, "en", always) == even
    exact.close()


@pytest.mark.parametrize("refines", [True, False])
def test_recognition_refines_words_unless_it_is_switched_off(
    pool: RecognizerPool, recording: Path, refines: bool
) -> None:
    wanted = Recognition(
        task_id="task",
        language="en",
        terms=(),
        audio=lambda: recording,
        check_wanted=always,
        stamp=always,
        refines=refines,
    )
    with saved_by(RecordedSteps()):
        [saved] = recognize(pool, wanted, [[CHUNK]])
    assert saved is not None
    found = [restored_word(word) for word in saved]
    assert (Origin.ALIGNED in {word.origin for word in found}) is refines


@pytest.mark.parametrize("language", ["en", "de"])
def test_speech_that_was_not_understood_keeps_its_mark_and_place(
    pool: RecognizerPool, recording: Path, language: str
) -> None:
    even = words_in(recording, pool, language)
    mark = unrecognized(even[-1].end_ms, CHUNK.end_ms + 500)
    alone = refined_words(pool, recording, CHUNK, even, language, always)
    assert refined_words(pool, recording, CHUNK, [*even, mark], language, always) == [*alone, mark]
    assert refined_words(pool, recording, CHUNK, [mark], language, always) == [mark]
