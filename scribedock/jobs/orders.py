"""Orders of a transcription, and how they end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import utc_now
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import callbacks, jobs, media
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import (
    TURNAROUND_HOURS,
    Fidelity,
    Iwp,
    Job,
    JobStatus,
    Priority,
    TaskStatus,
    TaskType,
)
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.jobs.lists import ElementLists
from scribedock.jobs.states import JobEvent
from scribedock.jobs.transcripts import check_usable

NO_MEDIA = (
    "The job has no media: PUT the recording to the URL that request_upload_url returns, "
    "or use add_media or add_media_url, then order again"
)
FAILED = ""  # in place of an IWP name: the callback that says Media Failure


@dataclass(frozen=True, kw_only=True)
class Order:
    fidelity: Fidelity
    priority: Priority = Priority.STANDARD
    turnaround_hours: int | None = None
    callback_url: str | None = None
    target_language: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


class Orders:
    def __init__(self, database: Database, jobs: Jobs, lists: ElementLists) -> None:
        self._database = database
        self._jobs = jobs
        self._lists = lists

    def place(
        self,
        job_id: str,
        family: frozenset[str],
        order: Order,
        *,
        needs_authorization: bool,
        bring: Callable[[Connection, Job], None] | None = None,
    ) -> str:
        """Records the order, and closes the job's upload URLs; returns the TaskId.

        bring: attaches media that come with the order, in its transaction.
        Raises InvalidQuery without usable media, and on a job that is ordered, runs or ran.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch(connection, job_id, family)
            if job.order_task_id is not None or job.status is JobStatus.COMPLETE:
                raise InvalidQuery(
                    f"The transcription of this job is ordered already; the job is {job.status}. "
                    "Open another job to transcribe again"
                )
            if bring is not None:
                bring(connection, job)
            self._check_media(connection, job)
            check_usable(connection, job)
            priority = effective_priority(order.priority, order.turnaround_hours)
            task_id = add_task(connection, job_id, TaskType.JOB_PERFORM_TRANSCRIPTION, TaskStatus.QUEUED)
            now = utc_now()
            held = needs_authorization and job.authorized is None
            self._jobs.advance(
                connection,
                job,
                JobEvent.ORDERED_UNAUTHORIZED if held else JobEvent.ORDERED,
                fidelity=order.fidelity.value,
                priority=priority.value,
                turnaround_hours=order.turnaround_hours,
                callback_url=order.callback_url,
                target_language=order.target_language,
                options=dict(order.options),
                order_task_id=task_id,
                due=now + timedelta(hours=order.turnaround_hours or TURNAROUND_HOURS[priority]),
                progress=0.0,
                started=None,
                failure_reason=None,
                notice=None,
            )
            return task_id

    def _check_media(self, connection: Connection, job: Job) -> None:
        row = connection.execute(sa.select(media).where(media.c.job_id == job.id)).first()
        if row is None:
            raise InvalidQuery(NO_MEDIA)
        if row.refused:
            raise InvalidQuery(
                f"The media of this job cannot be used ({job.failure_reason}); "
                "add other media, then order again"
            )

    def start(self, task_id: str, engine: str) -> Job | None:
        """A worker takes the order up; None when there is nothing left to do for it."""
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or job.status is JobStatus.AUTHORIZING:
                return None
            if not set_task(connection, task_id, TaskStatus.INPROGRESS):
                return None
            self._jobs.advance(
                connection, job, JobEvent.STARTED, started=job.started or utc_now(), engine=engine
            )
        return self._jobs.find(job.id)

    def finish(self, task_id: str, body: bytes, *, passes: tuple[Iwp, ...], media_ms: int) -> bool:
        """Stores the ElementList under each name, and completes the job; False when it was over."""
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or not set_task(connection, task_id, TaskStatus.COMPLETE):
                return False
            self._lists.store(connection, job.id, task_id, passes, body)
            now = utc_now()
            self._jobs.advance(
                connection,
                job,
                JobEvent.FINISHED,
                completed=now,
                returned=now,
                progress=1.0,
                media_ms=media_ms,
            )
            for name in callback_names(job.options, passes):
                self._plan_callback(connection, job, task_id, name, now)
        return True

    def fail(self, task_id: str, reason: str, *, refused: bool = True) -> bool:
        """Ends the order as Media Failure; the job may take new media and a new order.

        refused: whether the media is at fault, so that other media must be added first.
        """
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or not set_task(connection, task_id, TaskStatus.FAILED, reason):
                return False
            self._jobs.advance(connection, job, JobEvent.FAILED, failure_reason=reason, order_task_id=None)
            connection.execute(media.update().where(media.c.job_id == job.id).values(refused=refused))
            self._plan_callback(connection, job, task_id, FAILED, utc_now())
        return True

    def _ordered(self, connection: Connection, task_id: str) -> Job | None:
        job_id = connection.execute(
            sa.select(jobs.c.id).where(jobs.c.order_task_id == task_id)
        ).scalar_one_or_none()
        if job_id is None:
            return None
        try:
            return self._jobs.fetch(connection, job_id)
        except ItemNotFound:
            return None

    def _plan_callback(
        self, connection: Connection, job: Job, task_id: str, name: str, now: datetime
    ) -> None:
        if job.callback_url:
            insert_once(
                connection,
                callbacks,
                id=callback_id(task_id, name),
                job_id=job.id,
                task_id=task_id,
                iwp_name=name,
                url=job.callback_url,
                status=TaskStatus.QUEUED.value,
                created=now,
            )


def callback_id(task_id: str, name: str) -> str:
    """The same for the same event, so that a repeated callback can be recognised."""
    return uuid.uuid5(uuid.UUID(task_id), name).hex


def effective_priority(asked: Priority, turnaround_hours: int | None) -> Priority:
    """A turnaround shorter than STANDARD's silently raises STANDARD to PRIORITY."""
    if (
        asked is Priority.STANDARD
        and turnaround_hours is not None
        and turnaround_hours < TURNAROUND_HOURS[Priority.STANDARD]
    ):
        return Priority.PRIORITY
    return asked


def callback_names(options: Mapping[str, Any], passes: tuple[Iwp, ...]) -> list[str]:
    """One callback for FINAL, and one for each further finished pass in `return_iwp`."""
    wanted = {Iwp.FINAL.value, *options.get("return_iwp", ())}
    return [name.value for name in passes if name.value in wanted]
