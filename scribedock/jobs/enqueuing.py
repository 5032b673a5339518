"""Enqueuing a job's work for a worker: a function for each kind, in the transaction that causes the work.

Work that needs something not available yet (a recording that is being fetched, the list of another job)
takes no slot until it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import time_of
from scribedock.db.tables import derivations, jobs, mails, media, tasks, transcripts, work
from scribedock.dispatch.hosts import host_of
from scribedock.dispatch.queues import Queue, work_id
from scribedock.dispatch.work import add, release
from scribedock.jobs.job import UNFINISHED_STATUSES, Job, JobStatus, Priority
from scribedock.jobs.rendition_kind import PLAYBACK_KINDS, RenditionKind
from scribedock.jobs.turnaround import rank_of

_IS_UNFINISHED = tasks.c.status.in_([status.value for status in UNFINISHED_STATUSES])


def _is_coming(job_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Build the condition that the recording of the job is still being fetched."""
    return (
        sa.select(media.c.job_id)
        .join(tasks, tasks.c.id == media.c.task_id)
        .where(media.c.job_id == job_id, media.c.storage_key.is_(None), _IS_UNFINISHED)
        .correlate(work, jobs)
        .exists()
    )


_TRANSCRIPT_IS_COMING = (
    sa.select(transcripts.c.job_id)
    .where(
        transcripts.c.job_id == work.c.job_id,
        transcripts.c.compressed.is_(None),
        transcripts.c.problem.is_(None),
    )
    .correlate(work)
    .exists()
)
_RECORDING_IS_COMING = (
    sa.select(jobs.c.id)
    .where(jobs.c.id == work.c.job_id, _is_coming(sa.func.coalesce(jobs.c.leading_id, jobs.c.id)))
    .correlate(work)
    .exists()
)
_VIDEO_IS_BEING_MADE = (
    sa.select(mails.c.id)
    .join(tasks, tasks.c.id == mails.c.rendition_id)
    .where(mails.c.id == work.c.id, _IS_UNFINISHED)
    .correlate(work)
    .exists()
)
_SOURCE = jobs.alias("source")
_SOURCE_IS_UNFINISHED = (
    sa.select(derivations.c.id)
    .join(_SOURCE, _SOURCE.c.id == derivations.c.source_id)
    .where(
        derivations.c.job_id == work.c.job_id,
        _SOURCE.c.status != JobStatus.COMPLETE.value,
        _SOURCE.c.deleted.is_(None),
    )
    .correlate(work)
    .exists()
)
# When work that had to wait may begin; work in other queues never has to.
REQUIREMENTS: Mapping[Queue, sa.ColumnElement[bool]] = {
    Queue.TRANSCRIPTION: sa.not_(sa.or_(_is_coming(work.c.job_id), _TRANSCRIPT_IS_COMING)),
    Queue.RENDITIONS: sa.not_(_RECORDING_IS_COMING),
    Queue.MAIL: sa.not_(_VIDEO_IS_BEING_MADE),
    Queue.DERIVATIONS: sa.not_(_SOURCE_IS_UNFINISHED),
    Queue.SANDBOX: sa.not_(_SOURCE_IS_UNFINISHED),
}


def enqueue_order(
    connection: Connection, job: Job, task_id: str, *, due: datetime, once: bool = False
) -> None:
    """Enqueue the order of a transcription."""
    queue = Queue.SANDBOX if job.sandbox else Queue.TRANSCRIPTION
    _enqueue_ordered(connection, job, queue, task_id, due=due, once=once)


def enqueue_derivation(
    connection: Connection, job: Job, task_id: str, *, due: datetime, once: bool = False
) -> None:
    """Enqueue a job that is derived from another job's ElementList."""
    queue = Queue.SANDBOX if job.sandbox else Queue.DERIVATIONS
    _enqueue_ordered(connection, job, queue, task_id, due=due, once=once)


def enqueue_part(connection: Connection, job: Job, part_id: str) -> None:
    """Enqueue a part of a job's recording, to be recognized by any worker; harmless when repeated."""
    now = time_of(connection)
    add(
        connection,
        Queue.PARTS,
        part_id,
        job_id=job.id,
        branch_id=job.branch_id,
        ready=now,
        rank=rank_of(job.priority or Priority.STANDARD),
        due=job.due or now,
        once=True,
    )


def _enqueue_ordered(
    connection: Connection, job: Job, queue: Queue, task_id: str, *, due: datetime, once: bool
) -> None:
    add(
        connection,
        queue,
        work_id(queue, task_id),
        job_id=job.id,
        branch_id=job.branch_id,
        ready=None,
        rank=rank_of(job.priority or Priority.STANDARD),
        due=due,
        once=once,
    )
    _release(connection, queue, work.c.id == work_id(queue, task_id))


def enqueue_media(
    connection: Connection, job: Job, task_id: str, *, url: str | None, once: bool = False
) -> None:
    """Enqueue a job's new media: it is fetched if it is a URL, then probed."""
    queue = Queue.PROBES if url is None else Queue.FETCHES
    host = "" if url is None else host_of(url)
    _enqueue(connection, job, queue, task_id, host=host, once=once)


def enqueue_transcript(
    connection: Connection, job: Job, task_id: str, *, url: str, once: bool = False
) -> None:
    """Enqueue the fetch of a transcript."""
    _enqueue(connection, job, Queue.TRANSCRIPTS, task_id, host=host_of(url), once=once)


def enqueue_realignment(connection: Connection, job: Job, task_id: str, *, once: bool = False) -> None:
    _enqueue(connection, job, Queue.REALIGNMENTS, task_id, once=once)


def enqueue_span(connection: Connection, job: Job, task_id: str, *, once: bool = False) -> None:
    """Enqueue a stretch of the job's recording, to be recognized once more."""
    _enqueue(connection, job, Queue.SPANS, task_id, once=once)


def enqueue_rendition(
    connection: Connection, job: Job, task_id: str, kind: RenditionKind, *, once: bool = False
) -> None:
    """Enqueue what is made from the job's recording; what browsers need has a queue of its own."""
    if kind in PLAYBACK_KINDS:  # it is asked for where the recording is here
        _enqueue(connection, job, Queue.PLAYBACK, task_id, once=once)
    else:
        _enqueue(connection, job, Queue.RENDITIONS, task_id, waits=True, once=once)


def enqueue_mail(connection: Connection, job: Job, task_id: str, *, once: bool = False) -> None:
    _enqueue(connection, job, Queue.MAIL, task_id, waits=True, once=once)


def enqueue_callback(
    connection: Connection, job: Job, callback_id: str, *, url: str, ready: datetime, once: bool = False
) -> None:
    add(
        connection,
        Queue.CALLBACKS,
        callback_id,
        job_id=job.id,
        branch_id=job.branch_id,
        ready=ready,
        host=host_of(url),
        once=once,
    )


def _enqueue(
    connection: Connection,
    job: Job,
    queue: Queue,
    task_id: str,
    *,
    host: str = "",
    waits: bool = False,
    once: bool,
) -> None:
    add(
        connection,
        queue,
        work_id(queue, task_id),
        job_id=job.id,
        branch_id=job.branch_id,
        ready=None if waits else time_of(connection),
        host=host,
        once=once,
    )
    if waits:
        _release(connection, queue, work.c.id == work_id(queue, task_id))


def recording_came(connection: Connection, job_id: str) -> None:
    """Make ready what waited for the job's recording, also if it could not be fetched."""
    _release(connection, Queue.TRANSCRIPTION, work.c.job_id == job_id)
    related = sa.select(jobs.c.id).where(sa.or_(jobs.c.id == job_id, jobs.c.leading_id == job_id))
    _release(connection, Queue.RENDITIONS, work.c.job_id.in_(related))


def transcript_came(connection: Connection, job_id: str) -> None:
    """Make ready the order that waited for the job's transcript, also if it could not be fetched."""
    _release(connection, Queue.TRANSCRIPTION, work.c.job_id == job_id)


def rendition_ended(connection: Connection, rendition_id: str) -> None:
    """Make ready the mail that waited for the video, whether or not it was made."""
    about = sa.select(mails.c.id).where(mails.c.rendition_id == rendition_id)
    _release(connection, Queue.MAIL, work.c.id.in_(about))


def list_finished(connection: Connection, job_id: str) -> None:
    """Make ready the jobs that are made from this one's list, also if it was deleted."""
    derived = work.c.job_id.in_(sa.select(derivations.c.job_id).where(derivations.c.source_id == job_id))
    for queue in (Queue.DERIVATIONS, Queue.SANDBOX):
        _release(connection, queue, derived)


def release_whatever_can(connection: Connection) -> int:
    """Make ready all work that has what it needs; return how much."""
    return sum(_release(connection, queue) for queue in REQUIREMENTS)


def _release(connection: Connection, queue: Queue, *conditions: sa.ColumnElement[bool]) -> int:
    return release(connection, work.c.queue == queue.value, REQUIREMENTS[queue], *conditions)
