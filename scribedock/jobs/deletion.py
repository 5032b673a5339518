"""What a job leaves when it is deleted: its row, its tasks and its events, and nothing of its contents."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import (
    caption_urls,
    drafts,
    element_lists,
    guidelines,
    jobs,
    mails,
    media,
    passes,
    realignments,
    renditions,
    tasks,
    transcripts,
)
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import withdraw
from scribedock.jobs.job import UNFINISHED, Job, TaskStatus

OF_A_PASS = (realignments, drafts)
OF_A_JOB = (media, transcripts, renditions, element_lists, caption_urls, guidelines, passes, mails)


@dataclass(frozen=True, kw_only=True)
class Cleared:
    storage_keys: tuple[str, ...]  # of objects that nothing refers to any more
    aborted: tuple[str, ...]  # tasks that were under way


@dataclass(frozen=True, kw_only=True)
class Deleted(Cleared):
    task_id: str


def clear(connection: Connection, job: Job, why: str) -> Cleared:
    """Takes media and results from the job; unfinished tasks are aborted, all its URLs are dead.

    `job` was read in this write transaction; `why` is said of the tasks.
    """
    storage_keys = tuple(
        key
        for table in (media, renditions)
        for key in connection.execute(
            sa.select(table.c.storage_key).where(table.c.job_id == job.id)
        ).scalars()
        if key is not None
    )
    unfinished = sa.and_(
        tasks.c.job_id == job.id, tasks.c.status.in_([status.value for status in UNFINISHED])
    )
    aborted = tuple(connection.execute(sa.select(tasks.c.id).where(unfinished)).scalars())
    of_the_job = sa.select(passes.c.id).where(passes.c.job_id == job.id)
    for table in OF_A_PASS:
        connection.execute(table.delete().where(table.c.pass_id.in_(of_the_job)))
    for table in OF_A_JOB:
        connection.execute(table.delete().where(table.c.job_id == job.id))
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(upload_epoch=job.upload_epoch + 1))
    withdraw(connection, job.id, but=Queue.CALLBACKS)
    connection.execute(tasks.update().where(unfinished).values(status=TaskStatus.ABORTED.value, info=why))
    return Cleared(storage_keys=storage_keys, aborted=aborted)
