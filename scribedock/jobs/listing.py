"""Many jobs at once: those that a filter lets through, and those that are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.jobs.filters import JobFilter
from scribedock.jobs.job import Job, JobStatus
from scribedock.jobs.jobs import job_of
from scribedock.jobs.turnaround import MAY_BE_LATE

PAGE = 500
WITH_OWNER = sa.select(jobs, accounts.c.username, accounts.c.branch_id).join(
    accounts, accounts.c.id == jobs.c.account_id
)


class JobListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def matching(self, job_filter: JobFilter) -> Iterator[list[Job]]:
        """The living jobs that the filter lets through, newest first, in pages.

        What is listed is decided at the start, by one query: jobs that are deleted meanwhile are left
        out, later ones are not in it. No transaction is open between two pages, however slow the reader.
        """
        query = (
            sa.select(jobs.c.id)
            .where(jobs.c.deleted.is_(None), *job_filter.conditions())
            .order_by(jobs.c.created.desc(), jobs.c.id.desc())
            .limit(job_filter.limit)
            .offset(job_filter.offset)
        )
        with self._database.read() as connection:
            ids = connection.execute(query).scalars().all()
        for start in range(0, len(ids), PAGE):
            page = ids[start : start + PAGE]
            with self._database.read() as connection:
                rows = connection.execute(
                    WITH_OWNER.where(jobs.c.id.in_(page), jobs.c.deleted.is_(None))
                ).all()
            found = {row.id: job_of(row) for row in rows}
            if found:
                yield [found[job_id] for job_id in page if job_id in found]

    def count(self, job_filter: JobFilter) -> int:
        """How many living jobs the filter lets through, whatever its limit and offset."""
        query = sa.select(sa.func.count()).where(jobs.c.deleted.is_(None), *job_filter.conditions())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def late(self, now: datetime) -> list[Job]:
        """The living jobs of all accounts that were due and are not done, the latest first."""
        states = [status.value for status in MAY_BE_LATE if status is not JobStatus.COMPLETE]
        query = WITH_OWNER.where(
            jobs.c.deleted.is_(None), jobs.c.status.in_(states), jobs.c.due < now
        ).order_by(jobs.c.due)
        with self._database.read() as connection:
            return [job_of(row) for row in connection.execute(query)]
