"""Queries for many jobs: those that match the filters of `job/list`, and those that are late.

A page of the newest takes about the same time however many jobs there are: each account's are read from an
index in the order of the list, all accounts' merged, until the page is full. Where one condition leaves few,
these are found by an index of its own and then sorted.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.jobs.job import Job, JobStatus
from scribedock.jobs.jobs import job_of
from scribedock.jobs.listing.filter import NEWEST, SMALLEST, JobFilter
from scribedock.jobs.turnaround import OVERDUE_STATUSES

PAGE_JOBS = 500
FEW_JOBS = 1000  # are sorted in the time of reading some hundred jobs in order
MERGED_ACCOUNTS = 100
JOB_WITH_OWNER = sa.select(jobs, accounts.c.username, accounts.c.branch_id).join(
    accounts, accounts.c.id == jobs.c.account_id
)
BY_AGE = attrgetter("created", "id")
NEWEST_FIRST: tuple[sa.UnaryExpression[Any], ...] = (sa.desc("created"), sa.desc("id"))


@dataclass(frozen=True, kw_only=True)
class FoundJobs:
    """Which jobs matched at one moment, newest first."""

    ids: Sequence[str]
    total: int  # without the filter's limit and offset


class JobListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, job_filter: JobFilter) -> FoundJobs:
        """Return which living jobs match the filter."""
        offset, limit = job_filter.offset, job_filter.limit
        with self._database.read() as connection:
            few = _few(connection, job_filter)
            if few is not None:
                end = None if limit is None else offset + limit
                return FoundJobs(ids=few[offset:end], total=len(few))
            if limit is None:
                ids = connection.execute(_all(job_filter).offset(offset)).scalars().all()
            else:
                ids = _newest(connection, job_filter, offset, limit)
            if (limit is None or len(ids) < limit) and (ids or not offset):
                return FoundJobs(ids=ids, total=offset + len(ids))
            return FoundJobs(ids=ids, total=_count(connection, job_filter))

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
            return _count(connection, job_filter)

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


def _few(connection: Connection, job_filter: JobFilter) -> list[str] | None:
    """Return all jobs that match, where few of the accounts' fulfil one of the conditions; else None."""
    for index, condition in job_filter.ranges():
        if index == NEWEST:
            continue
        matches = sa.and_(*job_filter.conditions()).label("matches")
        some = _of_accounts(sa.select(jobs.c.created, jobs.c.id, matches), job_filter, index)
        some = some.where(jobs.c.deleted.is_(None), condition).limit(FEW_JOBS)
        rows = connection.execute(some).all()
        if len(rows) < FEW_JOBS:
            return [row.id for row in sorted(rows, key=BY_AGE, reverse=True) if row.matches]
    return None


def _all(job_filter: JobFilter) -> sa.Select[Any]:
    query = _of_accounts(sa.select(jobs.c.id), job_filter).where(*job_filter.conditions())
    return query.order_by(jobs.c.created.desc(), jobs.c.id.desc())


def _newest(connection: Connection, job_filter: JobFilter, offset: int, limit: int) -> Sequence[str]:
    """Return the newest jobs that match, read from the index that has each account's in order."""
    owners: Iterable[str] | None = job_filter.account_ids
    if owners is None:
        owners = connection.execute(sa.select(accounts.c.id)).scalars()
    query = (
        sa.select(jobs.c.created, jobs.c.id)
        .with_hint(jobs, f"INDEXED BY {job_filter.ordered_index}", "sqlite")
        .where(*job_filter.conditions(), *job_filter.created_by_then())
    )
    parts = []
    for some in _parts(sorted(owners), MERGED_ACCOUNTS):
        each = [query.where(jobs.c.account_id == account_id) for account_id in some]
        if len(each) == 1:
            merged: sa.Select[Any] | sa.CompoundSelect[Any] = each[0]
        elif connection.dialect.name == "sqlite":
            merged = sa.union_all(*each)
        else:  # PostgreSQL merges only what says that it is in order itself
            merged = sa.union_all(*(one.order_by(*NEWEST_FIRST).limit(offset + limit) for one in each))
        parts.append(connection.execute(merged.order_by(*NEWEST_FIRST).limit(offset + limit)).all())
    rows = heapq.merge(*parts, key=BY_AGE, reverse=True)
    return [row.id for row in islice(rows, offset, offset + limit)]


def _parts(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _count(connection: Connection, job_filter: JobFilter) -> int:
    index = next((index for index, _ in job_filter.ranges()), None) or (
        SMALLEST if job_filter.ordered_index == NEWEST else job_filter.ordered_index
    )
    query = _of_accounts(sa.select(sa.func.count()).select_from(jobs), job_filter, index)
    return int(connection.execute(query.where(*job_filter.conditions())).scalar_one())


def _of_accounts(query: sa.Select[Any], job_filter: JobFilter, index: str | None = None) -> sa.Select[Any]:
    """Keep to the filter's accounts; index: the one that SQLite finds them in."""
    if job_filter.account_ids is None:
        return query
    if index is not None:
        query = query.with_hint(jobs, f"INDEXED BY {index}", "sqlite")
    return query.where(jobs.c.account_id.in_(job_filter.account_ids))
