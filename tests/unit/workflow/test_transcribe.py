"""A transcription from its order to its ElementList, without a server, an engine or a recognizer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from scribedock.db.tables import work
from scribedock.dispatch.queues import Queue
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Difficulty, Fidelity, Job, JobStatus, TaskStatus
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock.ordering.retry_order import retry_order
from scribedock.workflow.steps import attempts
from scribedock.workflow.transcription import finishing
from scribedock.workflow.transcription import transcribe as transcription
from scribedock_captions.elementlist.model import CANDIDATE, ElementList
from tests.support.core import Core
from tests.support.core_orders import ABLE, elementlist_of, ordered, text_of, transcribe
from tests.support.core_uploads import UploadClient
from tests.support.core_workflows import Workflows
from tests.support.media.sound import RATE, pcm, silence, spoken, write_wav

STEPS = ["start", "decode", "find speech", "hear language", "recognize", "finish", "clean up"]
TEXT = "Welcome to a small library by the sea."


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("sentence") / "a.wav", seconds=3.5).read_bytes()


def test_a_recording_becomes_a_finished_transcript(core: Core, workflows: Workflows, sentence: bytes) -> None:
    workflows.recognizer._text = TEXT
    job = ordered(core, sentence)
    assert transcribe(workflows, job) == STEPS
    done = core.services.jobs.find_job(job.id)
    assert (done.status, done.engine, done.media_ms, done.progress) == (
        JobStatus.COMPLETE,
        "scripted",
        3500,
        1.0,
    )
    assert text_of(core, job) == TEXT
    names = [each.iwp_name for each in core.services.elementlists.versions(job.id)]
    assert names == [Iwp.MECHANICAL, Iwp.FINAL]
    assert done.speech_ms and done.worded_ms and not done.unrecognized_ms


@pytest.mark.parametrize(("language", "text"), [("zh-cmn", "头发"), ("zh-tw", "頭髮")])
def test_chinese_is_written_in_the_script_that_was_ordered(
    core: Core, workflows: Workflows, sentence: bytes, language: str, text: str
) -> None:
    workflows.recognizer.languages = {"zh": 1.0}
    workflows.recognizer._text = "頭髮"
    job = ordered(core, sentence, language=language)
    transcribe(workflows, job)
    assert text in text_of(core, job).replace(" ", "")


def test_a_probe_that_ends_after_its_order_failed_leaves_the_reason(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    job = ordered(core, sentence)
    media = core.services.media.media_of_job(job.id)
    assert media is not None and job.order_task_id is not None
    core.services.orders.fail(job.order_task_id, "Another recording was put in its place.")
    workflows.run(Queue.PROBES, media.task_id)
    failed = core.services.jobs.find_job(job.id)
    assert (failed.status, failed.failure_reason) == (
        JobStatus.MEDIA_FAILURE,
        "Another recording was put in its place.",
    )
    assert failed.media_ms == 3500


@pytest.mark.parametrize("step", STEPS)
def test_wherever_it_crashes_it_ends_with_one_result(
    core: Core, workflows: Workflows, sentence: bytes, step: str
) -> None:
    workflows.recognizer._text = TEXT
    job = ordered(core, sentence, callback_url="https://example.org/{job_id}")
    assert transcribe(workflows, job, crash_after=step) == STEPS
    assert text_of(core, job) == TEXT
    assert len(core.services.elementlists.versions(job.id)) == 2
    assert job.order_task_id is not None
    (callback,) = core.services.callbacks.callbacks_of_task(job.order_task_id)
    assert callback.iwp_name == Iwp.FINAL


def test_what_cannot_be_recognized_is_marked_and_said(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    workflows.recognizer._text = TEXT
    workflows.recognizer.faults = [ValueError("broken")] * attempts.MAX_TRIES
    job = ordered(core, sentence)
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert done.status is JobStatus.COMPLETE
    assert done.unrecognized_ms == done.speech_ms
    assert "could not be recognized" in (done.notice or "")
    assert "INAUDIBLE" in text_of(core, job)


def test_a_fault_that_passes_costs_no_word(core: Core, workflows: Workflows, sentence: bytes) -> None:
    workflows.recognizer._text = TEXT
    workflows.recognizer.faults = [ValueError("broken")]
    job = ordered(core, sentence)
    assert "recognize again (1)" in transcribe(workflows, job)
    assert text_of(core, job) == TEXT


def test_silence_is_a_finished_job_that_says_so(core: Core, workflows: Workflows, tmp_path: Path) -> None:
    job = ordered(core, silence(tmp_path / "a.wav", seconds=2).read_bytes())
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert (done.status, done.notice) == (JobStatus.COMPLETE, "No speech was found.")
    assert text_of(core, job) == ""
    assert workflows.recognizer.chunks == []


def test_media_that_cannot_be_read_fails_the_order_and_takes_another(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    workflows.recognizer._text = TEXT
    job = ordered(core, b"not a recording at all", callback_url="https://example.org/{job_status}")
    assert transcribe(workflows, job) == ["start", "decode", "fail", "clean up"]
    failed = core.services.jobs.find_job(job.id)
    assert (failed.status, failed.order_task_id) == (JobStatus.MEDIA_FAILURE, None)
    assert failed.failure_reason
    assert job.order_task_id is not None
    assert core.services.jobs.task(job.order_task_id).status is TaskStatus.FAILED
    (callback,) = core.services.callbacks.callbacks_of_task(job.order_task_id)
    assert callback.iwp_name == ""
    UploadClient(core, failed).put(sentence)
    place_order(
        core.services,
        ABLE,
        job.id,
        frozenset({core.admin.id}),
        TranscriptionRequest(fidelity=Fidelity.MECHANICAL),
    )
    transcribe(workflows, core.services.jobs.find_job(job.id))
    assert text_of(core, job) == TEXT


@pytest.mark.parametrize("when", ["before it begins", "while it decodes"])
def test_a_deleted_job_is_abandoned_and_leaves_nothing_behind(
    core: Core, workflows: Workflows, sentence: bytes, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(core, sentence)

    def delete() -> None:
        delete_job(core.services, job.id, frozenset({core.admin.id}))

    if when == "before it begins":
        delete()
    else:
        original = workflows.core.services.orders.start

        def start(task_id: str, engine: str) -> Job | None:
            started = original(task_id, engine)
            delete()
            return started

        monkeypatch.setattr(type(core.services.orders), "start", lambda _, *asked: start(*asked))
    steps = transcribe(workflows, job)
    assert "finish" not in steps and steps[-1] in ("clean up", "give up")
    with core.services.database.read() as connection:
        assert connection.execute(sa.select(work.c.id).where(work.c.job_id == job.id)).all() == []
    assert not (core.services.settings.data_dir / "work" / str(job.order_task_id)).exists()


def test_a_cancelled_order_is_abandoned_and_may_be_placed_again(
    core: Core, workflows: Workflows, sentence: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(core, sentence)
    original = core.services.orders.start

    def start(task_id: str, engine: str) -> Job | None:
        started = original(task_id, engine)
        core.services.orders.cancel(job.id, "By request")
        return started

    with monkeypatch.context() as patch:
        patch.setattr(type(core.services.orders), "start", lambda _, *asked: start(*asked))
        steps = transcribe(workflows, job)
    assert "finish" not in steps and steps[-1] in ("clean up", "give up")
    assert core.services.jobs.find_job(job.id).failure_reason == "By request"
    retry_order(core.services, ABLE, job.id)
    assert "finish" in transcribe(workflows, core.services.jobs.find_job(job.id))
    assert core.services.jobs.find_job(job.id).status is JobStatus.COMPLETE


def test_a_cancel_during_the_last_step_leaves_nothing_of_its_result(
    core: Core, workflows: Workflows, sentence: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(core, sentence)
    original = finishing.assemble

    def assemble(*given: Any, **options: Any) -> ElementList:
        core.services.orders.cancel(job.id, "By request")
        return original(*given, **options)

    monkeypatch.setattr(finishing, "assemble", assemble)
    workflows.recognizer._text = ""
    assert "finish" in transcribe(workflows, job)
    cancelled = core.services.jobs.find_job(job.id)
    assert (cancelled.status, cancelled.failure_reason) == (JobStatus.MEDIA_FAILURE, "By request")
    assert (cancelled.notice, cancelled.speech_ms, cancelled.difficulty) == (None, None, Difficulty.UNKNOWN)
    assert core.services.elementlists.versions(job.id) == []


def test_a_cancel_while_the_language_is_heard_leaves_the_language_that_was_asked_for(
    core: Core, workflows: Workflows, sentence: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing(workflows, {"de": 0.9, "en": 0.1})
    job = ordered(core, sentence, language="auto")
    original = transcription.identify_language

    def identify_language(*given: Any, **options: Any) -> Any:
        heard = original(*given, **options)
        core.services.orders.cancel(job.id, "By request")
        return heard

    monkeypatch.setattr(transcription, "identify_language", identify_language)
    transcribe(workflows, job)
    cancelled = core.services.jobs.find_job(job.id)
    assert (cancelled.language, cancelled.notice) == (job.language, None)


def test_the_language_is_heard_where_none_was_named(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    hearing(workflows, {"de": 0.9, "en": 0.1})
    job = ordered(core, sentence, language="auto")
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert done.language == "de"
    assert {language for _, language, _ in workflows.recognizer.chunks} == {"de"}
    assert done.notice


def hearing(workflows: Workflows, languages: dict[str, float]) -> None:
    workflows.close()
    workflows.recognizer = type(workflows.recognizer)("Guten Tag.", languages=languages)
    workflows.__post_init__()


@pytest.mark.parametrize(("language_given", "taken"), [(False, "de"), (True, "en")])
def test_the_language_that_is_heard_replaces_only_one_that_was_not_given(
    core: Core, workflows: Workflows, sentence: bytes, language_given: bool, taken: str
) -> None:
    hearing(workflows, {"de": 0.97, "en": 0.03})
    job = ordered(core, sentence, language_given=language_given)
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert done.language == taken
    assert {language for _, language, _ in workflows.recognizer.chunks} == {taken}
    assert "sounds like de (97% sure)" in (done.notice or "")


def test_a_language_that_was_not_given_stays_where_another_is_heard_uncertainly(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    hearing(workflows, {"de": 0.45, "en": 0.35, "fr": 0.2})
    job = ordered(core, sentence, language_given=False)
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert (done.language, done.notice) == ("en", None)


def test_speech_without_a_word_is_recognized_once_more_by_itself(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    said = iter(["", TEXT])
    workflows.recognizer._text = lambda offset_ms, length_ms: next(said)
    job = ordered(core, sentence)
    assert "recognize wordless speech" in transcribe(workflows, job)
    assert text_of(core, job) == TEXT
    done = core.services.jobs.find_job(job.id)
    assert not done.unrecognized_ms and done.worded_ms == done.speech_ms


def test_speech_that_has_no_word_even_then_is_counted_and_has_none(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    workflows.recognizer._text = ""
    job = ordered(core, sentence)
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert (done.worded_ms, done.words) == (0, 0)
    assert len(workflows.recognizer.chunks) == 2
    assert text_of(core, job) == ""


def test_words_in_doubt_are_counted(core: Core, workflows: Workflows, sentence: bytes) -> None:
    workflows.recognizer._text = TEXT
    workflows.recognizer.confidences = {"small": 0.2, "sea.": 0.4}
    job = ordered(core, sentence)
    transcribe(workflows, job)
    done = core.services.jobs.find_job(job.id)
    assert (done.words, done.words_in_doubt) == (len(TEXT.split()), 2)


def test_names_of_the_notes_reach_the_recognizer(core: Core, workflows: Workflows, sentence: bytes) -> None:
    workflows.recognizer._text = TEXT
    job = ordered(core, sentence, notes="Names: Ada Lovelace, Grace Hopper")
    transcribe(workflows, job)
    assert {terms for _, _, terms in workflows.recognizer.chunks} == {("Ada Lovelace", "Grace Hopper")}


def test_versions_that_the_order_asks_for_are_called_back_too(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    workflows.recognizer._text = TEXT
    job = ordered(core, sentence, callback_url="https://example.org/", return_iwp=(Iwp.MECHANICAL,))
    transcribe(workflows, job)
    assert job.order_task_id is not None
    called = {each.iwp_name for each in core.services.callbacks.callbacks_of_task(job.order_task_id)}
    assert called == {Iwp.MECHANICAL, Iwp.FINAL}


def test_an_order_that_failed_for_good_may_be_placed_again(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    job = ordered(core, sentence)
    assert job.order_task_id is not None
    workflows.registered[Queue.TRANSCRIPTION].on_failure(job.order_task_id)
    failed = core.services.jobs.find_job(job.id)
    assert failed.status is JobStatus.MEDIA_FAILURE
    assert failed.failure_reason == "The server failed over this recording; order it again"
    assert core.content(job.id) == sentence


def test_a_noise_after_the_speech_is_marked_and_not_shown(
    core: Core, workflows: Workflows, tmp_path: Path
) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 2 * RATE).astype("<i2").tobytes()
    recording = write_wav(tmp_path / "noise.wav", pcm(3.5) + bytes(2 * RATE) + noise + bytes(2 * RATE))
    workflows.recognizer._text = TEXT
    job = ordered(core, recording.read_bytes())
    transcribe(workflows, job)
    [sound] = [
        token
        for segment in elementlist_of(core, job).segments
        for sequence in segment.sequences
        for token in sequence.tokens
        if token.style == CANDIDATE
    ]
    assert sound.display_as == "[sound]"
    assert abs(sound.start_time - 4500) <= 40
    assert abs(sound.end_time - 6500) <= 40
    assert text_of(core, job) == TEXT


@pytest.mark.parametrize("early_ms", [None, 60])
def test_the_anchors_of_a_given_german_text_begin_where_its_words_are_heard(
    core: Core, workflows: Workflows, sentence: bytes, early_ms: int | None
) -> None:
    workflows.recognizer._text = text = "Willkommen in einer kleinen Bibliothek am Meer"
    workflows.pool._engine = replace(workflows.pool._engine, early_ms=early_ms)
    job = ordered(core, sentence, language="de", transcript=text.encode())
    transcribe(workflows, job)
    [[first, *_]] = [segment.sequences for segment in elementlist_of(core, job).segments]
    [recognized] = workflows.recognizer.chunks
    begins_ms = recognized[0]  # silence, before the voice activity detector hears speech
    assert first.start_time >= begins_ms + 60 if early_ms else first.start_time == begins_ms
    assert not first.interpolated


def test_info_counts_the_words_by_where_their_times_come_from(
    core: Core, workflows: Workflows, sentence: bytes
) -> None:
    """German is synchronized with what the recognizer hears: the words that it did not hear are estimated."""
    workflows.recognizer.languages = {"de": 1.0}
    workflows.recognizer._text = "Das Meer ist tief und blau und kalt."
    recognized = ordered(core, sentence, language="de")
    given = ordered(
        core, sentence, language="de", transcript=b"Das Meer ist tief und blau und kalt. Immer noch."
    )
    transcribe(workflows, recognized)
    transcribe(workflows, given)
    counts = [
        (done.words_aligned, done.words_estimated)
        for done in map(core.services.jobs.find_job, (recognized.id, given.id))
    ]
    assert counts == [(0, 0), (8, 2)]
