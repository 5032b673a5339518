"""Queries for many jobs: those that match the filters of `job/list`, and those that are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.db.time_limit import MAX_S, TookTooLong, limited
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Job, JobStatus
from scribedock.jobs.jobs import job_of
from scribedock.jobs.listing.filter import JobFilter
from scribedock.jobs.listing.finding import FoundJobs, count_jobs, find_jobs
from scribedock.jobs.turnaround import OVERDUE_STATUSES

PAGE_JOBS = 500
TOO_LONG = (
    f"This list takes longer than {MAX_S:.0f} seconds: many jobs have each of what is asked for, few all of "
    "it. Narrow it down by Username, by dates, or by a longer part of JobName"
)
JOB_WITH_OWNER = sa.select(jobs, accounts.c.username, accounts.c.branch_id).join(
    accounts, accounts.c.id == jobs.c.account_id
)


class JobListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, job_filter: JobFilter) -> FoundJobs:
        """Return which living jobs match the filter.

        Raises InvalidQuery where the database takes too long for a page of them.
        """
        with self._database.read() as connection:
            if job_filter.limit is None:
                return find_jobs(connection, job_filter)
            try:
                with limited(connection):
                    return find_jobs(connection, job_filter)
            except TookTooLong:
                raise InvalidQuery(TOO_LONG) from None

    def read(self, found: FoundJobs) -> Iterator[list[Job]]:
        """Yield the jobs in pages, without those that were deleted meanwhile.

        No transaction is open between two pages, however slow the reader.
        """
        for start in range(0, len(found.ids), PAGE_JOBS):
            page = found.ids[start : start + PAGE_JOBS]
            with self._database.read() as connection:
                rows = connection.execute(
                    JOB_WITH_OWNER.where(jobs.c.id.in_(page), jobs.c.deleted.is_(None))
                ).all()
            by_id = {row.id: job_of(row) for row in rows}
            if by_id:
                yield [by_id[job_id] for job_id in page if job_id in by_id]

    def matching(self, job_filter: JobFilter) -> Iterator[list[Job]]:
        """Yield the living jobs that match the filter, newest first, as `read` does."""
        yield from self.read(self.find(job_filter))

    def count(self, job_filter: JobFilter) -> int:
        """Return how many living jobs match the filter, without its limit and offset."""
        with self._database.read() as connection:
            return count_jobs(connection, job_filter)

    def beginning_with(self, digits: str, *, limit: int) -> list[Job]:
        """Return jobs, deleted ones too, whose id begins with these hex digits."""
        query = JOB_WITH_OWNER.where(jobs.c.id.startswith(digits)).order_by(jobs.c.id).limit(limit)
        with self._database.read() as connection:
            return [job_of(row) for row in connection.execute(query)]

    def under_way(self, *, limit: int) -> list[Job]:
        """Return the living jobs of all accounts whose order waits or runs, the one due first first."""
        states = [JobStatus.PENDING.value, JobStatus.IN_PROCESS.value]
        query = (
            JOB_WITH_OWNER.where(
                jobs.c.deleted.is_(None), jobs.c.status.in_(states), jobs.c.order_task_id.is_not(None)
            )
            .order_by(jobs.c.status, jobs.c.due, jobs.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [job_of(row) for row in connection.execute(query)]

    def late(self, now: datetime) -> list[Job]:
        """Return the living jobs of all accounts that are overdue, the latest first."""
        states = [status.value for status in OVERDUE_STATUSES]
        query = JOB_WITH_OWNER.where(
            jobs.c.deleted.is_(None), jobs.c.status.in_(states), jobs.c.due < now
        ).order_by(jobs.c.due)
        with self._database.read() as connection:
            return [job_of(row) for row in connection.execute(query)]
