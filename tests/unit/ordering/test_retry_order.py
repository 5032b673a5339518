"""Retrying and cancelling orders, and sending callbacks again, without a server."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scribedock.db.tables import work
from scribedock.dispatch.tries import DeliveryTry
from scribedock.errors import InvalidOption, InvalidQuery
from scribedock.jobs.job import Fidelity, JobStatus, Priority, Remark, TaskStatus, TaskType
from scribedock.jobs.order_options import OrderOptions
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.place_order import TranscriptionRequest, place_order
from scribedock.ordering.resend_callback import resend_callback
from scribedock.ordering.retry_order import retry_order
from scribedock.orders.callback_listing import CallbackState
from tests.support.core import Core
from tests.support.core_uploads import UploadClient
from tests.support.operated import CALLBACK, ENGLISH, failed, opened, ordered


def queues(core: Core, job_id: str) -> list[str]:
    with core.services.database.read() as connection:
        found = connection.execute(sa.select(work.c.queue).where(work.c.job_id == job_id))
        return sorted(found.scalars())


def test_a_failed_job_is_ordered_again_on_the_same_terms(core: Core) -> None:
    job = core.job()
    UploadClient(core, job).put()
    core.services.accounts.change_setting(core.admin, "default_job_notes", "Always")
    asked = TranscriptionRequest(
        fidelity=Fidelity.MECHANICAL,
        priority=Priority.HIGH,
        callback_url=CALLBACK,
        options=OrderOptions(notes="Mine"),
        remark="An option is not known.",
    )
    place_order(core.services, ENGLISH, job.id, frozenset({core.admin.id}), asked)
    first = core.services.jobs.find_job(job.id)
    assert first.order_task_id is not None
    core.services.orders.start(first.order_task_id, "an engine")
    core.services.orders.fail(first.order_task_id, "It broke", refused=False)

    core.clock.advance(60)
    task_id = retry_order(core.services, ENGLISH, job.id)
    again = core.services.jobs.find_job(job.id)
    assert again.status is JobStatus.PENDING and again.order_task_id == task_id != first.order_task_id
    assert again.failure_reason is None and again.started is None
    assert (again.priority, again.callback_url, again.options) == (
        first.priority,
        first.callback_url,
        first.options,
    )
    assert again.options.notes == "Always\nMine"
    assert again.remarks[Remark.ORDERED] == "An option is not known."
    assert first.due is not None and again.due is not None and again.due > first.due
    assert "transcription" in queues(core, job.id)


def test_only_a_failed_job_is_retried(core: Core) -> None:
    for job in (opened(core.services), ordered(core.services)):
        with pytest.raises(InvalidQuery, match="Only a job that failed"):
            retry_order(core.services, ENGLISH, job.id)


def test_a_recording_that_could_not_be_fetched_is_fetched_again(core: Core) -> None:
    job = ordered(core.services, url="http://media.example.org/a.mp4")
    media = core.services.media.media_of_job(job.id)
    assert media is not None and job.order_task_id is not None
    core.services.media.fetch_failed(media.task_id, "The host does not answer")
    core.services.orders.start(job.order_task_id, "an engine")
    core.services.orders.fail(job.order_task_id, "The host does not answer", refused=True)

    retry_order(core.services, ENGLISH, job.id)
    again = core.services.media.media_of_job(job.id)
    assert again is not None and again.url == media.url and not again.refused
    assert again.task_id != media.task_id
    assert "fetches" in queues(core, job.id)


def test_a_recording_that_cannot_be_used_is_retried_only_where_that_is_asked_for(core: Core) -> None:
    job = failed(core.services, refused=True, reason="It has no sound")
    with pytest.raises(InvalidQuery, match="It has no sound"):
        retry_order(core.services, ENGLISH, job.id)
    retry_order(core.services, ENGLISH, job.id, refused_media=True)
    assert core.services.jobs.find_job(job.id).status is JobStatus.PENDING


def test_a_language_that_is_not_understood_any_more_is_not_ordered_again(core: Core) -> None:
    job = failed(core.services)
    nothing = Capabilities(languages=frozenset({"de"}), detects_language=False, translates=frozenset())
    with pytest.raises(InvalidOption, match="'en'"):
        retry_order(core.services, nothing, job.id)
    assert core.services.jobs.find_job(job.id).status is JobStatus.MEDIA_FAILURE


def test_a_translation_that_failed_is_made_again_from_its_source(core: Core) -> None:
    source = ordered(core.services)
    with core.services.database.write() as connection:
        (child,) = core.services.translations.open_missing(
            connection, source, ["de"], fidelity=Fidelity.MECHANICAL, priority=Priority.STANDARD
        )
    assert child.job.order_task_id is not None
    core.services.orders.start(child.job.order_task_id, "an engine")
    core.services.orders.fail(child.job.order_task_id, "No engine", refused=False)
    core.services.work.done(child.job.order_task_id)

    task_id = retry_order(core.services, ENGLISH, child.job.id)
    derivation = core.services.related.derivation(task_id)
    assert derivation is not None and derivation.source_id == source.id
    assert core.services.jobs.task(task_id).type is TaskType.JOB_TRANSLATE
    assert queues(core, child.job.id) == ["derivations"]

    core.services.orders.start(task_id, "an engine")
    core.services.orders.fail(task_id, "No engine", refused=False)
    core.services.jobs.delete(source.id, None)
    with pytest.raises(InvalidQuery, match="deleted"):
        retry_order(core.services, ENGLISH, child.job.id)


def test_a_cancelled_order_ends_with_a_reason_and_a_callback(core: Core) -> None:
    job = ordered(core.services)
    task_id = core.services.orders.cancel(job.id, "By request")
    cancelled = core.services.jobs.find_job(job.id)
    assert cancelled.status is JobStatus.MEDIA_FAILURE
    assert cancelled.failure_reason == "By request" and cancelled.order_task_id is None
    task = core.services.jobs.task(task_id)
    assert (task.status, task.info) == (TaskStatus.ABORTED, "By request")
    assert "transcription" not in queues(core, job.id)
    (callback,) = core.services.callback_listing.matching(job_id=job.id)
    assert callback.state is CallbackState.WAITING and not callback.iwp_name
    # It may be ordered again, and then ends as any other.
    retry_order(core.services, ENGLISH, job.id)


def test_the_work_of_a_cancelled_order_changes_nothing_any_more(core: Core) -> None:
    job = ordered(core.services)
    assert job.order_task_id is not None
    core.services.orders.start(job.order_task_id, "an engine")
    core.services.orders.cancel(job.id, "By request")
    assert not core.services.orders.finish(job.order_task_id, b"{}", passes=(), media_ms=1)
    assert not core.services.orders.fail(job.order_task_id, "It broke")
    assert core.services.orders.start(job.order_task_id, "an engine") is None
    assert core.services.jobs.find_job(job.id).failure_reason == "By request"


@pytest.mark.parametrize("status", [JobStatus.REVIEWING, JobStatus.COMPLETE])
def test_a_job_that_has_a_transcript_is_not_cancelled(core: Core, status: JobStatus) -> None:
    job = ordered(core.services)
    with core.services.database.write() as connection:
        core.services.jobs.set(connection, job.id, status=status.value)  # type: ignore[call-arg]
    with pytest.raises(InvalidQuery):
        core.services.orders.cancel(job.id, "By request")
    with pytest.raises(InvalidQuery, match="No order"):
        core.services.orders.cancel(opened(core.services).id, "By request")


def tried(core: Core, callback_id: str, *, number: int, end: TaskStatus | None = None) -> None:
    made = DeliveryTry(
        number=number, at=core.clock.now(), http_status=500, problem="answered 500", duration_ms=7
    )
    again = None if end else core.clock.now()
    core.services.callbacks.record(callback_id, made, end=end, again=again)


def test_callbacks_are_listed_by_what_became_of_them(core: Core) -> None:
    listing = core.services.callback_listing
    ids = {}
    for state in ("waiting", "failing", "failed", "delivered"):
        job = failed(core.services, name=state)
        (callback,) = listing.matching(job_id=job.id)
        ids[state] = callback.id
    tried(core, ids["failing"], number=1)
    tried(core, ids["failed"], number=1, end=TaskStatus.FAILED)
    tried(core, ids["delivered"], number=1, end=TaskStatus.COMPLETE)
    for state, callback_id in ids.items():
        (found,) = listing.matching(state=CallbackState(state))
        assert (found.id, found.state) == (callback_id, state)
    (failing,) = listing.matching(state=CallbackState.FAILING)
    assert (failing.tries, failing.http_status, failing.problem) == (1, 500, "answered 500")
    assert failing.due is not None
    assert len(listing.matching(limit=3)) == 3
    assert listing.matching(account_ids=frozenset()) == []


@pytest.mark.parametrize("end", [None, TaskStatus.FAILED, TaskStatus.COMPLETE])
def test_a_callback_is_sent_again_whatever_became_of_it(core: Core, end: TaskStatus | None) -> None:
    job = failed(core.services)
    (callback,) = core.services.callback_listing.matching(job_id=job.id)
    tried(core, callback.id, number=1, end=end)
    resend_callback(core.services, callback.id)
    (again,) = core.services.callback_listing.matching(job_id=job.id)
    assert again.state is CallbackState.FAILING and again.due is not None and again.due <= core.clock.now()
    assert queues(core, job.id).count("callbacks") == 1
    assert core.services.callbacks.find_callback(callback.id) is not None


def test_a_callback_that_is_being_called_is_not_sent_again(core: Core) -> None:
    job = failed(core.services)
    (callback,) = core.services.callback_listing.matching(job_id=job.id)
    with core.services.database.write() as connection:
        connection.execute(work.update().where(work.c.id == callback.id).values(executor_id="e" * 32))
    with pytest.raises(InvalidQuery, match="at this moment"):
        resend_callback(core.services, callback.id)
