"""A long recording, whose parts any worker recognizes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock.db.tables import recognition_parts, work
from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import Job, JobStatus
from scribedock.ordering.delete_job import delete_job
from scribedock.speech.diarization.turns import Turn
from scribedock.speech.span import Span
from scribedock.workflow.transcription import shared_recognition
from scribedock.workflow.transcription.shared_recognition import plan_parts
from tests.support.core import Core
from tests.support.core_orders import elementlist_of, ordered, text_of, transcribe
from tests.support.core_workflows import Workflows
from tests.support.media.sound import RATE, pcm, write_wav

SENTENCES = 4
PAUSE = bytes(2 * RATE * 3)


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a recording in which the same is said several times, with pauses."""
    samples = (pcm(3.4) + PAUSE) * SENTENCES
    return write_wav(tmp_path_factory.mktemp("sentences") / "a.wav", samples).read_bytes()


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch, workflows: Workflows) -> None:
    monkeypatch.setattr(shared_recognition, "PART_MS", 1000)
    monkeypatch.setattr(shared_recognition, "POLL_S", 0.01)
    workflows.recognizer._text = said


def said(offset_ms: int, _length_ms: int) -> str:
    return f"word{offset_ms // 6400} again."


def all_of(core: Core, job: Job) -> list[str]:
    return [word.rstrip(".") for word in text_of(core, job).split() if word.startswith("word")]


WHOLE = [f"word{number}" for number in range(SENTENCES)]


def test_parts_are_recognized_by_another_worker_and_put_together_in_order(
    core: Core, workflows: Workflows, sentences: bytes
) -> None:
    job = ordered(core, sentences)
    with workflows.another_worker() as taken:
        names = transcribe(workflows, job)
    assert names.count("recognize") == 0 and names.count("wait for a part") == len(taken) == SENTENCES
    assert all_of(core, job) == WHOLE
    done = core.services.jobs.find_job(job.id)
    assert (done.status, done.progress, done.unrecognized_ms) == (JobStatus.COMPLETE, 1.0, 0)


def test_speakers_are_told_apart_while_another_worker_recognizes(
    core: Core, workflows: Workflows, sentences: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ordered(core, sentences, speaker_id=True)
    core.services.jobs.update(job.id, expected_speakers=1)
    heard = threading.Event()

    def note(offset_ms: int, length_ms: int) -> str:
        heard.set()
        return said(offset_ms, length_ms)

    def turns(_audio: Path, speech: Sequence[Span], people: int | None, **_: object) -> list[Turn]:
        assert people == 1 and heard.wait(60)
        return [Turn(start_ms=speech[0].start_ms, end_ms=speech[-1].end_ms, speaker=0)]

    workflows.recognizer._text = note
    monkeypatch.setattr(workflows.pool, "turns", turns)
    with workflows.another_worker() as taken:
        names = transcribe(workflows, job)
    assert names.index("share") < names.index("tell speakers apart") < names.index("wait for a part")
    assert len(taken) == SENTENCES and all_of(core, job) == WHOLE
    assert len(elementlist_of(core, job).speakers) == 1


def test_what_was_recognized_is_kept_only_until_the_list_is_there(
    core: Core, workflows: Workflows, sentences: bytes
) -> None:
    job = ordered(core, sentences)
    with workflows.another_worker():
        transcribe(workflows, job)
    with core.services.database.read() as connection:
        parts = connection.execute(sa.select(recognition_parts)).all()
        assert not connection.execute(sa.select(work).where(work.c.queue == Queue.PARTS.value)).all()
    assert len(parts) == SENTENCES
    assert all(part.over and part.words is None and part.request == {} for part in parts)


@pytest.mark.parametrize("step", ["share", "wait for a part", "gather", "finish", "clean up"])
def test_wherever_the_order_is_interrupted_no_part_is_recognized_twice(
    core: Core, workflows: Workflows, sentences: bytes, step: str
) -> None:
    job = ordered(core, sentences)
    with workflows.another_worker():
        transcribe(workflows, job, crash_after=step)
    assert all_of(core, job) == WHOLE
    heard = Counter(offset_ms for offset_ms, _, _ in workflows.recognizer.chunks)
    assert set(heard.values()) == {1} and len(heard) == SENTENCES


def test_progress_never_goes_back_while_parts_are_recognized(
    core: Core, workflows: Workflows, sentences: bytes
) -> None:
    job = ordered(core, sentences)
    seen: list[float] = []

    def note(offset_ms: int, length_ms: int) -> str:
        seen.append(core.services.jobs.find_job(job.id).progress)
        return said(offset_ms, length_ms)

    workflows.recognizer._text = note
    with workflows.another_worker():
        transcribe(workflows, job)
    assert seen == sorted(seen) and 0 < seen[0] < seen[-1] < 1


def test_a_part_that_was_given_up_is_recognized_by_the_orders_own_workflow(
    core: Core, workflows: Workflows, sentences: bytes
) -> None:
    job = ordered(core, sentences)
    part = f"part-1-{job.order_task_id}"
    given_up = threading.Event()
    share = core.services.recognition_parts.share

    def share_and_give_up(*arguments: object) -> list[str]:
        ids = share(*arguments)  # type: ignore[arg-type]
        workflows.registered[Queue.PARTS].on_failure(part)
        given_up.set()
        return ids

    core.services.recognition_parts.share = share_and_give_up  # type: ignore[assignment,method-assign]
    with workflows.another_worker():
        names = transcribe(workflows, job)
    assert given_up.is_set() and names.count("recognize") == 1
    assert all_of(core, job) == WHOLE


def test_parts_of_a_deleted_job_are_left(core: Core, workflows: Workflows, sentences: bytes) -> None:
    """Those that no worker has taken and those that one is about to begin; and the order's workflow ends."""
    job = ordered(core, sentences)

    def delete(offset_ms: int, length_ms: int) -> str:
        delete_job(core.services, job.id, None)
        return said(offset_ms, length_ms)

    workflows.recognizer._text = delete
    with workflows.another_worker() as taken:
        transcribe(workflows, job)
    assert len(taken) == 1 and len(workflows.recognizer.chunks) == 1
    workflows.run(Queue.PARTS, f"part-2-{job.order_task_id}")
    assert len(workflows.recognizer.chunks) == 1


def test_audio_that_was_decoded_for_parts_alone_does_not_stay(
    core: Core, workflows: Workflows, sentences: bytes
) -> None:
    """On the machine of another worker, that is: the order's own workflow removes its own."""
    job = ordered(core, sentences)
    assert job.order_task_id is not None
    request = {"language": "en", "terms": [], "batches": [[(0, 3400)]]}
    core.services.recognition_parts.share(job.order_task_id, job.id, [request])  # type: ignore[list-item]
    workflows.run(Queue.PARTS, f"part-0-{job.order_task_id}")
    (part,) = core.services.recognition_parts.of_task(job.order_task_id)
    assert part.words is not None
    assert not list((Path(core.services.settings.data_dir) / "work").iterdir())


def test_only_a_long_recording_is_shared() -> None:
    half = [Span(start_ms=0, end_ms=500)]
    assert plan_parts([]) == [[]]
    assert plan_parts([half] * 3) == [[half] * 3]
    assert plan_parts([half] * 4) == [[half]] * 4


def test_the_last_parts_are_shorter() -> None:
    batches = [[Span(start_ms=start, end_ms=start + 100)] for start in range(0, 12_000, 100)]
    parts = plan_parts(batches)
    lengths = [len(part) for part in parts]
    assert [batch for part in parts for batch in part] == batches
    assert lengths[:3] == [10, 10, 10]
    assert lengths[-3:-1] == [4, 4]
    assert lengths[:-1] == sorted(lengths[:-1], reverse=True)
