"""Jobs made from another job's list: translations, and second passes ("uplevel").

They are related to one leading job, and each takes the list of its source: the leading job, or an
intermediate one (English between two other languages, the second pass before a translation).
A job is made from its source's FINAL once that exists; no process waits for it meanwhile.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import derivations, jobs, tasks
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.enqueuing import enqueue_derivation
from scribedock.jobs.job import (
    Fidelity,
    Job,
    JobStatus,
    Priority,
    TaskStatus,
    TaskType,
)
from scribedock.jobs.jobs import Jobs, add_task, record_event
from scribedock.jobs.order_options import NO_OPTIONS, OrderOptions
from scribedock.jobs.states import JobEvent
from scribedock.jobs.turnaround import due_date
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.outbox import announce


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How a job is made from another's list."""

    task_id: str
    job_id: str
    source_id: str


@dataclass(frozen=True, kw_only=True)
class NewRelated:
    """What a related job is created with."""

    task_type: TaskType
    target_language: str  # empty: the source's
    fidelity: Fidelity
    priority: Priority
    callback_url: str | None = None
    options: OrderOptions = NO_OPTIONS
    requestor: str = ""
    reference: str = ""


class JobRelations:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def open_related(self, connection: Connection, source: Job, new: NewRelated) -> Job:
        """Create a job from the list of `source`, which was read in this write transaction."""
        job_id = uuid.uuid4().hex
        now = time_of(connection)
        connection.execute(
            jobs.insert().values(
                id=job_id,
                account_id=source.account_id,
                name=source.name,
                language=source.language,
                language_given=source.language_given,
                target_language=new.target_language,
                status=JobStatus.PENDING.value,
                fidelity=new.fidelity.value,
                priority=new.priority.value,
                created=now,
                due=source.due,
                authorized=source.authorized or now,
                media_ms=source.media_ms,
                callback_url=new.callback_url,
                options=new.options.to_json(),
                requestor=new.requestor,
                reference=new.reference,
                expected_speakers=source.expected_speakers,
                leading_id=source.leading_id or source.id,
                sandbox=source.sandbox,
            )
        )
        task_id = add_task(connection, job_id, new.task_type, TaskStatus.QUEUED)
        connection.execute(jobs.update().where(jobs.c.id == job_id).values(order_task_id=task_id))
        connection.execute(derivations.insert().values(id=task_id, job_id=job_id, source_id=source.id))
        record_event(connection, job_id, "created", "", JobStatus.PENDING)
        announce(
            connection, EventType.JOB_CREATED, account_id=source.account_id, job_id=job_id, task_id=task_id
        )
        opened = self._jobs.fetch_job(connection, job_id)
        enqueue_derivation(connection, opened, task_id, due=opened.due or now)
        return opened

    def order_again(self, connection: Connection, job: Job) -> str:
        """Have a job that failed made from its source's list once more; return the TaskId.

        `job` was read in this write transaction. Raises InvalidQuery where the source is gone, and for a job
        that has not failed.
        """
        row = connection.execute(sa.select(derivations).where(derivations.c.job_id == job.id)).first()
        if row is None or not _lives(connection, row.source_id):
            raise InvalidQuery(f"Job {job.id} was made from another job, which is deleted")
        task_type = connection.execute(sa.select(tasks.c.type).where(tasks.c.id == row.id)).scalar_one()
        task_id = add_task(connection, job.id, TaskType(task_type), TaskStatus.QUEUED)
        connection.execute(derivations.update().where(derivations.c.job_id == job.id).values(id=task_id))
        due = due_date(time_of(connection), job.priority or Priority.STANDARD, job.turnaround_hours)
        self._jobs.advance(
            connection,
            job,
            JobEvent.ORDERED,
            order_task_id=task_id,
            due=due,
            progress=0.0,
            started=None,
            failure_reason=None,
            notice=None,
        )
        enqueue_derivation(connection, self._jobs.fetch_job(connection, job.id), task_id, due=due)
        return task_id

    def leading(self, connection: Connection, job: Job) -> Job:
        """Return the leading job of a leading or related one. Raises ItemNotFound where it was deleted."""
        return job if job.leading_id is None else self._jobs.fetch_job(connection, job.leading_id)

    def related_jobs(self, connection: Connection, leading_id: str) -> list[Job]:
        """Return the living jobs that are related to a leading one, oldest first."""
        ids = connection.execute(
            sa.select(jobs.c.id)
            .where(jobs.c.leading_id == leading_id, jobs.c.deleted.is_(None))
            .order_by(jobs.c.created, jobs.c.id)
        ).scalars()
        return [self._jobs.fetch_job(connection, job_id) for job_id in ids]

    def derivation(self, task_id: str) -> Derivation | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(derivations).where(derivations.c.id == task_id)).first()
        return None if row is None else _derivation(row)

    def source_of(self, derivation: Derivation) -> Job | None:
        """None where it was deleted."""
        return self._living(derivation.source_id)

    def job_of(self, derivation: Derivation) -> Job | None:
        """None where it was deleted."""
        return self._living(derivation.job_id)

    def _living(self, job_id: str) -> Job | None:
        try:
            return self._jobs.find_job(job_id)
        except ItemNotFound:
            return None


def language_of(job: Job) -> str:
    """Return the language of the job's list. A leading job's target languages are its related jobs'."""
    return job.target_language if is_translation(job) else job.language


def is_translation(job: Job) -> bool:
    """Return whether the job's list is in another language than its recording."""
    return job.leading_id is not None and bool(job.target_language)


def _lives(connection: Connection, job_id: str) -> bool:
    living = sa.and_(jobs.c.id == job_id, jobs.c.deleted.is_(None))
    return connection.execute(sa.select(jobs.c.id).where(living)).first() is not None


def _derivation(row: Row[Any]) -> Derivation:
    return Derivation(task_id=row.id, job_id=row.job_id, source_id=row.source_id)
