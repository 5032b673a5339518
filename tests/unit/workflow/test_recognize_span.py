"""A stretch that is recognized once more, without a server, an engine or a recognizer."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Job, TaskStatus
from scribedock.ordering.delete_job import delete_job
from scribedock.orders.passes import PassKind
from scribedock.reviews.span_recognitions import (
    FORGOTTEN,
    NOT_UNDERSTOOD,
    NOTHING_SAID,
    SpanRecognition,
)
from scribedock.speech.span import Span
from scribedock.workflow.steps import attempts
from scribedock.workflow.transcription.recognize_span import speech_within
from tests.support.core import Core
from tests.support.core_orders import ordered, text_of, transcribe
from tests.support.core_workflows import Workflows
from tests.support.media.sound import pcm, spoken, write_wav

STEPS = ["divert", "start", "decode", "find speech", "hear language", "recognize", "finish", "give back"]
TEXT = "Welcome to a small library by the sea."
AGAIN = "Willkommen am Meer."
WHOLE = Span(start_ms=0, end_ms=3500)


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("sentence") / "a.wav", seconds=3.5).read_bytes()


@pytest.fixture
def job(core: Core, workflows: Workflows, sentence: bytes) -> Job:
    """Return a job that is being corrected."""
    workflows.recognizer._text = TEXT
    return corrected(core, workflows, sentence)


def corrected(core: Core, workflows: Workflows, recording: bytes, **given: object) -> Job:
    job = ordered(core, recording, **given)  # type: ignore[arg-type]
    transcribe(workflows, job)
    core.services.reviews.take(job.id, None, PassKind.CORRECTION, core.admin.id)
    return core.services.jobs.find_job(job.id)


def ask(core: Core, job: Job, span: Span = WHOLE, language: str = "") -> str:
    visible = frozenset({core.admin.id})
    return core.services.span_recognitions.request(
        job.id, visible, PassKind.CORRECTION, core.admin.id, span, language=language
    )


def recognized(core: Core, job: Job, task_id: str) -> SpanRecognition:
    visible = frozenset({core.admin.id})
    [found] = core.services.span_recognitions.recognitions(
        job.id, visible, PassKind.CORRECTION, core.admin.id, task_id=task_id
    )
    return found


def words_of(found: SpanRecognition) -> list[tuple[str, int, int]]:
    assert found.compressed is not None
    return [
        (token["display_as"], token["start_time"], token["end_time"])
        for segment in json.loads(zlib.decompress(found.compressed))["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word"
    ]


def test_a_stretch_is_recognized_and_the_list_stays_as_it_is(
    core: Core, workflows: Workflows, job: Job
) -> None:
    workflows.recognizer._text = AGAIN
    task = ask(core, job, language="de")
    assert workflows.run(Queue.SPANS, task).names == STEPS
    found = recognized(core, job, task)
    assert (found.status, found.language, found.problem) == (TaskStatus.COMPLETE, "de", "")
    assert [word for word, _, _ in words_of(found)] == ["Willkommen", "am", "Meer"]
    assert all(0 <= start < end <= 3500 for _, start, end in words_of(found))
    assert {language for _, language, _ in workflows.recognizer.chunks} == {"en", "de"}
    assert text_of(core, job) == TEXT
    assert core.services.jobs.find_job(job.id).progress == 1.0


def test_only_what_is_said_in_the_stretch_is_returned(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    workflows.recognizer._text = TEXT
    twice = write_wav(tmp_path / "a.wav", pcm(3.5) + pcm(3.5)).read_bytes()
    job = corrected(core, workflows, twice)
    workflows.recognizer.chunks.clear()
    task = ask(core, job, Span(start_ms=3500, end_ms=7000))
    workflows.run(Queue.SPANS, task)
    [(offset, _, _)] = workflows.recognizer.chunks
    assert offset >= 3500, "the first sentence is not listened to"
    assert all(3500 <= start < end <= 7000 for _, start, end in words_of(recognized(core, job, task)))


@pytest.mark.parametrize("step", STEPS)
def test_wherever_the_worker_is_killed_it_goes_on(
    core: Core, workflows: Workflows, job: Job, step: str
) -> None:
    task = ask(core, job)
    assert workflows.run(Queue.SPANS, task, crash_after=step).names == STEPS
    assert len(words_of(recognized(core, job, task))) == len(TEXT.split())


def test_the_names_of_the_guidelines_are_expected(core: Core, workflows: Workflows, sentence: bytes) -> None:
    workflows.recognizer._text = TEXT
    job = corrected(core, workflows, sentence, notes="Ménard: the speaker")
    workflows.recognizer.chunks.clear()
    workflows.run(Queue.SPANS, ask(core, job))
    assert all("Ménard" in terms for _, _, terms in workflows.recognizer.chunks)


def test_the_language_is_heard_where_nobody_names_it(core: Core, workflows: Workflows, job: Job) -> None:
    workflows.recognizer.languages = {"de": 0.97, "en": 0.03}
    workflows.pool._detects = True
    task = ask(core, job, language="auto")
    workflows.run(Queue.SPANS, task)
    found = recognized(core, job, task)
    assert (found.language, found.notice) == ("de", "The language was identified: de (97% sure).")
    default = ask(core, job)
    workflows.run(Queue.SPANS, default)
    found = recognized(core, job, default)
    assert found.language == "en"
    assert "sounds like de" in found.notice, "another language than the job's is said, and not taken"


def test_silence_and_speech_that_nobody_understands_are_said_in_words(
    core: Core, workflows: Workflows, job: Job
) -> None:
    silent = ask(core, job, Span(start_ms=0, end_ms=300))
    assert workflows.run(Queue.SPANS, silent).names == [*STEPS[:4], "fail", "give back"]
    assert (recognized(core, job, silent).status, recognized(core, job, silent).problem) == (
        TaskStatus.FAILED,
        NOTHING_SAID,
    )
    workflows.recognizer.faults = [ValueError("broken")] * attempts.MAX_TRIES
    unclear = ask(core, job)
    workflows.run(Queue.SPANS, unclear)
    assert recognized(core, job, unclear).problem == NOT_UNDERSTOOD


def test_a_recording_that_is_gone_is_said_in_words(core: Core, workflows: Workflows, job: Job) -> None:
    task = ask(core, job)
    media = core.services.media.media_of_job(job.id)
    assert media is not None and media.storage_key is not None
    core.store.delete(media.storage_key)
    workflows.run(Queue.SPANS, task)
    found = recognized(core, job, task)
    assert found.status is TaskStatus.FAILED
    assert "not in the server's storage" in found.problem


def test_what_is_forgotten_is_not_recognized(core: Core, workflows: Workflows, job: Job) -> None:
    task = ask(core, job)
    workflows.recognizer.chunks.clear()
    core.services.span_recognitions.forget(
        job.id, frozenset({core.admin.id}), PassKind.CORRECTION, core.admin.id, task
    )
    assert workflows.run(Queue.SPANS, task).names == ["divert", "start", "give back"]
    assert (core.services.jobs.task(task).status, core.services.jobs.task(task).info) == (
        TaskStatus.ABORTED,
        FORGOTTEN,
    )
    assert workflows.recognizer.chunks == []


@pytest.mark.parametrize("ends", ["approved", "discarded", "deleted"])
def test_where_the_pass_ends_meanwhile_the_work_stops(
    core: Core, workflows: Workflows, job: Job, ends: str
) -> None:
    task = ask(core, job)
    visible = frozenset({core.admin.id})

    def end(_offset_ms: int, _length_ms: int) -> str:
        if ends == "approved":
            core.services.reviews.approve(job.id, visible, PassKind.CORRECTION, core.admin.id)
        elif ends == "discarded":
            core.services.reviews.release(job.id, visible, PassKind.CORRECTION, core.admin.id)
        else:
            delete_job(core.services, job.id, visible)
        return AGAIN

    workflows.recognizer._text = end
    assert workflows.run(Queue.SPANS, task).names[-1] == "give back"
    assert core.services.jobs.task(task).status is TaskStatus.ABORTED


def test_the_edge_of_a_stretch_leaves_no_end_of_another_word() -> None:
    speech = [
        Span(start_ms=0, end_ms=1100),
        Span(start_ms=1500, end_ms=1600),
        Span(start_ms=1900, end_ms=4000),
    ]
    assert speech_within(speech, Span(start_ms=1000, end_ms=3000)) == [
        Span(start_ms=1500, end_ms=1600),
        Span(start_ms=1900, end_ms=3000),
    ]
