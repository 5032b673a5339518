"""What happens at once when a job is deleted; the rest follows when its workflows have ended."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import jobs, media, renditions, tasks
from scribedock.dispatch.work import withdraw
from scribedock.jobs.erasing.erasure import erase
from scribedock.jobs.erasing.objects import lock_sharers, unreferenced
from scribedock.jobs.job import UNFINISHED_STATUSES, Job, TaskStatus


@dataclass(frozen=True, kw_only=True)
class Cleared:
    storage_keys: tuple[str, ...]  # of objects that nothing refers to any longer
    aborted: tuple[str, ...]  # tasks that were running


@dataclass(frozen=True, kw_only=True)
class Deleted(Cleared):
    task_id: str


def clear(connection: Connection, job: Job, why: str) -> Cleared:
    """Erase the job's contents (see `erasure`), abort its unfinished tasks, invalidate its URLs.

    `job` was read in this write transaction; `why` becomes the aborted tasks' info.
    """
    lock_sharers(connection, job.id)
    storage_keys = tuple(
        key
        for table in (media, renditions)
        for key in connection.execute(
            sa.select(table.c.storage_key).where(table.c.job_id == job.id)
        ).scalars()
        if key is not None
    )
    aborted = tuple(
        connection.execute(
            sa.select(tasks.c.id).where(
                tasks.c.job_id == job.id, tasks.c.status.in_([status.value for status in UNFINISHED_STATUSES])
            )
        ).scalars()
    )
    erase(connection, job.id)
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(upload_epoch=job.upload_epoch + 1))
    withdraw(connection, job.id)
    connection.execute(
        tasks.update().where(tasks.c.id.in_(aborted)).values(status=TaskStatus.ABORTED.value, info=why)
    )
    return Cleared(storage_keys=unreferenced(connection, storage_keys), aborted=aborted)
