"""Queries for many jobs: those that match the filters of `job/list`, and those that are late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.jobs.job import TURNAROUND_HOURS, Difficulty, Fidelity, Job, JobStatus, Priority
from scribedock.jobs.jobs import job_of
from scribedock.jobs.turnaround import TIMED_STATUSES

PAGE_JOBS = 500
JOB_WITH_OWNER = sa.select(jobs, accounts.c.username, accounts.c.branch_id).join(
    accounts, accounts.c.id == jobs.c.account_id
)


DATE_COLUMNS: Mapping[str, sa.Column[datetime | None]] = {
    "CreationDate": jobs.c.created,
    "StartDate": jobs.c.started,
    "DueDate": jobs.c.due,
    "CompleteDate": jobs.c.completed,
    "ReturnDate": jobs.c.returned,
    "AuthorizationDate": jobs.c.authorized,
}


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a listed job must have; anything left out matches every job."""

    account_ids: frozenset[str]
    dates_from: Mapping[str, datetime] = field(default_factory=dict)  # keys of DATE_COLUMNS
    dates_to: Mapping[str, datetime] = field(default_factory=dict)
    status: JobStatus | None = None
    fidelity: Fidelity | None = None
    priority: Priority | None = None
    difficulty: Difficulty | None = None
    turnaround_hours_from: float | None = None
    turnaround_hours_to: float | None = None
    name: str | None = None  # `*` stands for anything
    external_id: str | None = None
    limit: int | None = None
    offset: int = 0

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = [jobs.c.account_id.in_(self.account_ids)]
        found += [DATE_COLUMNS[name] >= moment for name, moment in self.dates_from.items()]
        found += [DATE_COLUMNS[name] <= moment for name, moment in self.dates_to.items()]
        for column, value in (
            (jobs.c.status, self.status),
            (jobs.c.fidelity, self.fidelity),
            (jobs.c.priority, self.priority),
            (jobs.c.difficulty, self.difficulty),
        ):
            if value is not None:
                found.append(column == value.value)
        if self.turnaround_hours_from is not None:
            found.append(self.turnaround_hours_from <= TURNAROUND)
        if self.turnaround_hours_to is not None:
            found.append(self.turnaround_hours_to >= TURNAROUND)
        if self.name is not None:
            found.append(jobs.c.name.like(_like(self.name), escape="\\"))
        if self.external_id is not None:
            found.append(jobs.c.external_id == self.external_id)
        return found


# The ordered hours, else those of the priority.
TURNAROUND = sa.func.coalesce(
    jobs.c.turnaround_hours,
    sa.case({name.value: hours for name, hours in TURNAROUND_HOURS.items()}, value=jobs.c.priority),
)


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


class JobListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def matching(self, job_filter: JobFilter) -> Iterator[list[Job]]:
        """Yield the living jobs that match the filter, newest first, in pages.

        One query at the start decides which: jobs deleted meanwhile are left out, and later ones
        are not included. No transaction is open between two pages, however slow the reader.
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
        for start in range(0, len(ids), PAGE_JOBS):
            page = ids[start : start + PAGE_JOBS]
            with self._database.read() as connection:
                rows = connection.execute(
                    JOB_WITH_OWNER.where(jobs.c.id.in_(page), jobs.c.deleted.is_(None))
                ).all()
            found = {row.id: job_of(row) for row in rows}
            if found:
                yield [found[job_id] for job_id in page if job_id in found]

    def count(self, job_filter: JobFilter) -> int:
        """Return how many living jobs match the filter, without its limit and offset."""
        query = sa.select(sa.func.count()).where(jobs.c.deleted.is_(None), *job_filter.conditions())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def late(self, now: datetime) -> list[Job]:
        """Return the living jobs of all accounts that are overdue, the latest first."""
        states = [status.value for status in TIMED_STATUSES if status is not JobStatus.COMPLETE]
        query = JOB_WITH_OWNER.where(
            jobs.c.deleted.is_(None), jobs.c.status.in_(states), jobs.c.due < now
        ).order_by(jobs.c.due)
        with self._database.read() as connection:
            return [job_of(row) for row in connection.execute(query)]
