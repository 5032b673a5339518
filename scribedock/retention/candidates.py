"""Which recordings and results may be erased once they are old enough, and since when they age.

A job ages from its end: from its completion, or from its last failure; a recording that was added after a
failure from then. Exempt are jobs that are not finished or are under review, protected jobs, jobs of which
something is still being made, and what an unfinished related job needs: its leading job's recording, and the
list that it is made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import (
    accounts,
    callbacks,
    derivations,
    element_lists,
    job_events,
    jobs,
    media,
    tasks,
)
from scribedock.db.utc_time import UtcTime
from scribedock.jobs.job import UNFINISHED_STATUSES, JobStatus
from scribedock.retention.policies import Retained

FINISHED_VALUES = [JobStatus.COMPLETE.value, JobStatus.MEDIA_FAILURE.value]
UNFINISHED_VALUES = [status.value for status in UNFINISHED_STATUSES]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A recording, or results, that may be erased when the policy of its account says so."""

    job_id: str
    account_id: str
    username: str
    retained: Retained
    ended: datetime  # when the job ended


def candidates(
    connection: Connection,
    retained: Retained,
    *,
    job_id: str | None = None,
    ended_before: datetime | None = None,
) -> Iterator[Candidate]:
    """Yield what may be erased, the oldest first; of one job, or of all; only what ended by a moment."""
    query, ended = _QUERIES[retained]
    if job_id is not None:
        query = query.where(jobs.c.id == job_id)
    if ended_before is not None:
        query = query.where(ended <= ended_before)
    for row in connection.execute(query):
        if row.ended is not None:
            yield Candidate(
                job_id=row.id,
                account_id=row.account_id,
                username=row.username,
                retained=retained,
                ended=row.ended,
            )


def _end_of_job() -> sa.ColumnElement[datetime]:
    failed = (
        sa.select(sa.func.max(job_events.c.at, type_=UtcTime))
        .where(job_events.c.job_id == jobs.c.id)
        .scalar_subquery()
    )
    return sa.func.coalesce(jobs.c.completed, failed, type_=UtcTime)


def _finished(ended: sa.ColumnElement[datetime]) -> sa.Select[Any]:
    at_work = [
        sa.exists().where(table.c.job_id == jobs.c.id, table.c.status.in_(UNFINISHED_VALUES))
        for table in (tasks, callbacks)
    ]
    return (
        sa.select(jobs.c.id, jobs.c.account_id, accounts.c.username, ended.label("ended"))
        .join(accounts, accounts.c.id == jobs.c.account_id)
        .where(
            jobs.c.deleted.is_(None),
            jobs.c.status.in_(FINISHED_VALUES),
            jobs.c.protected.is_(False),
            *(~each for each in at_work),
        )
        .order_by(ended, jobs.c.id)
    )


def _recordings() -> tuple[sa.Select[Any], sa.ColumnElement[datetime]]:
    related = jobs.alias("related")
    needed = sa.exists().where(
        related.c.leading_id == jobs.c.id,
        related.c.deleted.is_(None),
        sa.or_(related.c.status.not_in(FINISHED_VALUES), related.c.protected.is_(True)),
    )
    job_ended = _end_of_job()
    # A job that failed may have got another recording since.
    ended = sa.case((media.c.added > job_ended, media.c.added), else_=job_ended)
    query = _finished(ended).join(media, media.c.job_id == jobs.c.id)
    return query.where(jobs.c.recording_erased.is_(None), ~needed), ended


def _results() -> tuple[sa.Select[Any], sa.ColumnElement[datetime]]:
    derived = jobs.alias("derived")
    needed = sa.exists().where(
        derivations.c.source_id == jobs.c.id,
        derived.c.id == derivations.c.job_id,
        derived.c.deleted.is_(None),
        derived.c.status.not_in(FINISHED_VALUES),
    )
    ended = _end_of_job()
    has_any = sa.exists().where(element_lists.c.job_id == jobs.c.id)
    return _finished(ended).where(has_any, jobs.c.results_erased.is_(None), ~needed), ended


# Built once: one is run for each erasure.
_QUERIES = {Retained.RECORDINGS: _recordings(), Retained.RESULTS: _results()}
