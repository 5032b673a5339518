"""What has changed of jobs since the last look: states, progress, and what was made of their recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import job_events, jobs, renditions
from scribedock.jobs.job import JobStatus

# PostgreSQL gives numbers to events in the order in which they begin, and shows them in that in which they
# are committed: those that came late are looked for among the last numbers.
LATE_EVENTS = 200
MAX_EVENTS = 2000  # at a time
# How far the clocks of the machines may differ whose workers make something.
LATE_CLOCKS = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class JobChange:
    job_id: str
    account_id: str
    status: JobStatus | None  # None: it was deleted
    progress: float


class JobChanges:
    """Remembers what it has returned. For one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: frozenset[int] | None = None  # numbers of the last events
        self._progress: dict[str, float] = {}
        self._made: frozenset[tuple[str, datetime]] | None = None  # renditions that ended lately

    def read(self) -> list[JobChange]:
        """Return what has changed since the last time, each job once; nothing the first time."""
        with self._database.read() as connection:
            events = self._new_events(connection) + self._newly_made(connection)
            running = {change.job_id: change for change in _running(connection)}
        changed = {change.job_id: change for change in events}
        for job_id, change in running.items():
            if self._progress.get(job_id, change.progress) != change.progress:
                changed.setdefault(job_id, change)
        self._progress = {job_id: change.progress for job_id, change in running.items()}
        return list(changed.values())

    def _new_events(self, connection: Connection) -> list[JobChange]:
        if self._seen is None:
            last = connection.execute(sa.select(sa.func.max(job_events.c.id))).scalar_one() or 0
            known = sa.select(job_events.c.id).where(job_events.c.id > last - LATE_EVENTS)
            self._seen = frozenset(connection.execute(known).scalars()) | {last}
            return []
        seen = self._seen
        since = max(seen) - LATE_EVENTS
        query = (
            sa.select(
                job_events.c.id.label("number"),
                jobs.c.id,
                jobs.c.account_id,
                jobs.c.status,
                jobs.c.progress,
                jobs.c.deleted,
            )
            .join(jobs, jobs.c.id == job_events.c.job_id)
            .where(job_events.c.id > since, job_events.c.id.not_in(seen))
            .order_by(job_events.c.id)
            .limit(MAX_EVENTS)
        )
        rows = connection.execute(query).all()
        numbers = seen | {row.number for row in rows}
        self._seen = frozenset(number for number in numbers if number > max(numbers) - LATE_EVENTS)
        return [
            JobChange(
                job_id=row.id,
                account_id=row.account_id,
                status=None if row.deleted is not None else JobStatus(row.status),
                progress=row.progress,
            )
            for row in rows
        ]

    def _newly_made(self, connection: Connection) -> list[JobChange]:
        """Return the jobs of whose recording something was made, or was found to be impossible."""
        since = self._database.clock.now() - LATE_CLOCKS
        query = sa.select(renditions.c.id, renditions.c.job_id, renditions.c.changed)
        rows = connection.execute(query.where(renditions.c.changed > since)).all()
        before, self._made = self._made, frozenset((row.id, row.changed) for row in rows)
        if before is None:
            return []
        owners = {row.job_id for row in rows if (row.id, row.changed) not in before}
        if not owners:
            return []
        concerned = sa.or_(jobs.c.id.in_(owners), jobs.c.leading_id.in_(owners))
        query = sa.select(jobs.c.id, jobs.c.account_id, jobs.c.status, jobs.c.progress)
        return [
            JobChange(
                job_id=row.id,
                account_id=row.account_id,
                status=JobStatus(row.status),
                progress=row.progress,
            )
            for row in connection.execute(query.where(concerned, jobs.c.deleted.is_(None)))
        ]


def _running(connection: Connection) -> Iterator[JobChange]:
    query = sa.select(jobs.c.id, jobs.c.account_id, jobs.c.progress).where(
        jobs.c.deleted.is_(None), jobs.c.status == JobStatus.IN_PROCESS.value
    )
    for row in connection.execute(query):
        yield JobChange(
            job_id=row.id, account_id=row.account_id, status=JobStatus.IN_PROCESS, progress=row.progress
        )
