"""Corrections: the customer edits the list of a job that is finished.

A correction is a pass that nobody has to take, so that several people may be at it. Publishing it makes a
further version of FINAL: `get_caption` takes that one, caption URLs keep their bytes, and nobody is called.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import time_of
from scribedock.db.tables import drafts, passes, realignments, segment_saves
from scribedock.errors import InvalidQuery
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job, JobStatus, TaskStatus, TaskType
from scribedock.jobs.jobs import add_task
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.reviews.review_pass import CONFLICT, Pass, pass_of, pass_under_way
from scribedock.reviews.span_recognitions import forget_recognitions


def begin_correction(connection: Connection, job: Job) -> Pass:
    """Return the pass in which the customer corrects: the one under way, else a new one of a finished job.

    `job` was read in this write transaction. Raises InvalidQuery (409) for a job that is not finished and has
    no pass under way; ItemNotFound where retention has erased its results.
    """
    current = pass_under_way(connection, job)
    if current is not None:
        return current
    if job.status is not JobStatus.COMPLETE:
        raise InvalidQuery(
            f"The job is {job.status}; it can be corrected once it is Reviewing or Complete", status=CONFLICT
        )
    job.check_results_kept()
    last = connection.execute(
        sa.select(sa.func.max(passes.c.position)).where(passes.c.job_id == job.id)
    ).scalar()
    row = connection.execute(
        passes.insert()
        .values(
            id=uuid.uuid4().hex,
            job_id=job.id,
            position=0 if last is None else last + 1,
            iwp_name=Iwp.FINAL.value,
            kind=PassKind.CORRECTION.value,
            status=PassStatus.OPEN.value,
            opened=time_of(connection),
        )
        .returning(passes)
    ).one()
    return pass_of(row)


def correction_task(connection: Connection, job: Job) -> str:
    """Record that a correction of the job is published; return the task that stands for it."""
    return add_task(connection, job.id, TaskType.JOB_CORRECT, TaskStatus.COMPLETE)


def discard_correction(connection: Connection, current: Pass) -> None:
    """Remove the correction with everything that was saved in it."""
    forget_recognitions(connection, current.id)
    for table in (realignments, segment_saves, drafts):
        connection.execute(table.delete().where(table.c.pass_id == current.id))
    connection.execute(passes.delete().where(passes.c.id == current.id))
