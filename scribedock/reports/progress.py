"""What happens to jobs, for those who watch: changes of state, and the progress of what is running."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import job_events, jobs, work
from scribedock.jobs.job import JobStatus

MAX_REPLAYED = 1000


@dataclass(frozen=True, kw_only=True)
class JobChange:
    """A change of a job's state."""

    id: int  # ascends
    job_id: str
    account_id: str
    event: str
    status: str  # after it
    at: datetime


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """How far a job is that is being worked on."""

    job_id: str
    account_id: str
    status: str
    progress: float  # 0..1


class ProgressFeed:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def keeps_order(self) -> bool:
        """Whether changes become visible in the order of their ids: SQLite has one writer at a time."""
        return self._database.is_sqlite

    def newest(self) -> int:
        """Return the id of the newest change; 0 where there is none."""
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.max(job_events.c.id))).scalar() or 0)

    def changes_since(
        self, change_id: int, *, visible_accounts: frozenset[str] | None = None, limit: int | None = None
    ) -> list[JobChange]:
        """Return the changes after this one, oldest first, of jobs of these accounts (None: of any)."""
        query = (
            sa.select(job_events, jobs.c.account_id)
            .join(jobs, jobs.c.id == job_events.c.job_id)
            .where(job_events.c.id > change_id)
            .order_by(job_events.c.id)
            .limit(limit)
        )
        if visible_accounts is not None:
            query = query.where(jobs.c.account_id.in_(visible_accounts))
        with self._database.read() as connection:
            return [_change(row) for row in connection.execute(query)]

    def running(self) -> list[JobProgress]:
        """Return how far the jobs are that workers have in hand."""
        query = (
            sa.select(jobs.c.id, jobs.c.account_id, jobs.c.status, jobs.c.progress)
            .distinct()
            .join(work, work.c.job_id == jobs.c.id)
            .where(
                work.c.executor_id.is_not(None),
                jobs.c.status == JobStatus.IN_PROCESS.value,
                jobs.c.deleted.is_(None),
            )
        )
        with self._database.read() as connection:
            return [
                JobProgress(
                    job_id=row.id, account_id=row.account_id, status=row.status, progress=row.progress
                )
                for row in connection.execute(query)
            ]


def _change(row: Any) -> JobChange:
    return JobChange(
        id=row.id,
        job_id=row.job_id,
        account_id=row.account_id,
        event=row.event,
        status=row.after,
        at=row.at,
    )
