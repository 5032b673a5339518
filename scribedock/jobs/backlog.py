"""Work that unfinished tasks and callbacks imply, compared with the rows of work.

The two agree, because they are written together, except in a database that an older release left, whose
work is in its engine alone. Whatever is owed and has no row gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import callback_tries, callbacks, jobs, media, renditions, tasks, transcripts, work
from scribedock.dispatch.queues import PREFIXES, Queue, work_id
from scribedock.errors import ItemNotFound
from scribedock.jobs.enqueuing import (
    enqueue_callback,
    enqueue_derivation,
    enqueue_mail,
    enqueue_media,
    enqueue_order,
    enqueue_realignment,
    enqueue_rendition,
    enqueue_span,
    enqueue_transcript,
    release_whatever_can,
)
from scribedock.jobs.job import UNFINISHED_STATUSES, Job, JobStatus, Priority, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.jobs.turnaround import due_date

ORDERS = (TaskType.JOB_PERFORM_TRANSCRIPTION, TaskType.JOB_TRANSLATE, TaskType.JOB_UPLEVEL)
OWED_WORK = (
    *ORDERS,
    TaskType.JOB_ADD_MEDIA,
    TaskType.JOB_ADD_TRANSCRIPT,
    TaskType.JOB_MAKE_MEDIA,
    TaskType.JOB_REALIGN,
    TaskType.JOB_RECOGNIZE_SPAN,
    TaskType.JOB_BURN_IN_CAPTION,
    TaskType.JOB_ASK_FOR_APPROVAL,
)
UNFINISHED_VALUES = [status.value for status in UNFINISHED_STATUSES]


class Backlog:
    def __init__(self, database: Database, jobs: Jobs, *, retries_s: tuple[float, ...]) -> None:
        self._database = database
        self._jobs = jobs
        self._retries_s = retries_s

    def restore(self, known: Callable[[Collection[str]], Collection[str]]) -> int:
        """Enqueue all work that is owed and that the engine does not have; return how much.

        known: returns those of the ids of work that the engine has, running or done.
        """
        owed = self._tasks() + self._callbacks()
        if not owed:
            return 0
        has = frozenset(known([each for each, _ in owed]))
        missing = [entry for entry in owed if entry[0] not in has]
        for _, restore in missing:
            with self._database.write() as connection:
                restore(connection)
        return len(missing)

    def release(self) -> int:
        """Make ready all work that has what it needs; return how much."""
        with self._database.read() as connection:
            if (
                connection.execute(sa.select(work.c.id).where(work.c.ready.is_(None)).limit(1)).first()
                is None
            ):
                return 0
        with self._database.write() as connection:
            return release_whatever_can(connection)

    def _tasks(self) -> list[tuple[str, Callable[[Connection], None]]]:
        """Return unfinished tasks without a row, each with a function that writes one."""
        rowless = (
            sa.select(
                tasks,
                jobs.c.sandbox,
                media.c.url,
                media.c.storage_key,
                renditions.c.kind,
                transcripts.c.url.label("text_url"),
            )
            .join(jobs, jobs.c.id == tasks.c.job_id)
            .outerjoin(media, media.c.task_id == tasks.c.id)
            .outerjoin(renditions, renditions.c.id == tasks.c.id)
            .outerjoin(transcripts, transcripts.c.task_id == tasks.c.id)
            .where(
                tasks.c.status.in_(UNFINISHED_VALUES),
                tasks.c.type.in_([each.value for each in OWED_WORK]),
                jobs.c.deleted.is_(None),
                sa.or_(
                    tasks.c.type.not_in([each.value for each in ORDERS]),
                    jobs.c.status.in_([JobStatus.PENDING.value, JobStatus.IN_PROCESS.value]),
                ),
                ~sa.exists().where(
                    work.c.id.in_([prefix + tasks.c.id for prefix in ("", *PREFIXES.values())])
                ),
            )
            .order_by(tasks.c.requested)
        )
        with self._database.read() as connection:
            rows = connection.execute(rowless).all()
        return [(self._id(row), partial(self._add, row)) for row in rows]

    def _id(self, row: sa.Row[Any]) -> str:
        if row.type == TaskType.JOB_ADD_MEDIA and row.url is not None and row.storage_key is None:
            return work_id(Queue.FETCHES, row.id)
        if row.type in ORDERS and row.sandbox:
            return work_id(Queue.SANDBOX, row.id)
        return str(row.id)

    def _add(self, row: sa.Row[Any], connection: Connection) -> None:
        try:
            job = self._jobs.fetch_job(connection, row.job_id)
        except ItemNotFound:
            return
        match TaskType(row.type):
            case TaskType.JOB_PERFORM_TRANSCRIPTION:
                enqueue_order(connection, job, row.id, due=_due(job, row.requested), once=True)
            case TaskType.JOB_TRANSLATE | TaskType.JOB_UPLEVEL:
                enqueue_derivation(connection, job, row.id, due=_due(job, row.requested), once=True)
            case TaskType.JOB_ADD_MEDIA:
                url = row.url if row.storage_key is None else None
                enqueue_media(connection, job, row.id, url=url, once=True)
            case TaskType.JOB_ADD_TRANSCRIPT:
                enqueue_transcript(connection, job, row.id, url=row.text_url or "", once=True)
            case TaskType.JOB_MAKE_MEDIA:
                # Where its row is gone, its workflow finds nothing to do.
                kind = RenditionKind.MP4 if row.kind is None else RenditionKind(row.kind)
                enqueue_rendition(connection, job, row.id, kind, once=True)
            case TaskType.JOB_REALIGN:
                enqueue_realignment(connection, job, row.id, once=True)
            case TaskType.JOB_RECOGNIZE_SPAN:
                enqueue_span(connection, job, row.id, once=True)
            case _:
                enqueue_mail(connection, job, row.id, once=True)

    def _callbacks(self) -> list[tuple[str, Callable[[Connection], None]]]:
        """Return unfinished callbacks without a row, which continue with their next try."""
        last = (
            sa.select(
                callback_tries.c.callback_id,
                sa.func.max(callback_tries.c.number).label("number"),
                sa.func.max(callback_tries.c.at).label("at"),
            )
            .group_by(callback_tries.c.callback_id)
            .subquery()
        )
        rowless = (
            sa.select(callbacks, last.c.number, last.c.at)
            .outerjoin(last, last.c.callback_id == callbacks.c.id)
            .where(
                callbacks.c.status.in_(UNFINISHED_VALUES),
                ~sa.exists().where(work.c.id == callbacks.c.id),
            )
            .order_by(callbacks.c.created)
        )
        with self._database.read() as connection:
            rows = connection.execute(rowless).all()
        return [(row.id, partial(self._add_callback, row)) for row in rows]

    def _add_callback(self, row: sa.Row[Any], connection: Connection) -> None:
        ready = row.created
        if row.number is not None:
            wait_s = self._retries_s[min(row.number, len(self._retries_s)) - 1] if self._retries_s else 0
            ready = row.at + timedelta(seconds=wait_s)
        try:
            job = self._jobs.fetch_job(connection, row.job_id)
        except ItemNotFound:
            aborted = callbacks.update().where(callbacks.c.id == row.id)
            connection.execute(aborted.values(status=TaskStatus.ABORTED.value))
            return
        enqueue_callback(connection, job, row.id, url=row.url, ready=ready, once=True)


def _due(job: Job, ordered: datetime) -> datetime:
    return job.due or due_date(ordered, job.priority or Priority.STANDARD, job.turnaround_hours)
