"""What happens to jobs, for those who watch: changes of state, and the progress of what is running."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import job_events, jobs, renditions
from scribedock.jobs.job import JobStatus

MAX_REPLAYED = 1000
LATE_S = 5.0  # on PostgreSQL a change may become visible this much later than one with a higher id
# How far the clocks of the machines may differ whose workers make something of a recording.
LATE_CLOCKS = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class JobChange:
    """A change of a job's state."""

    id: int  # ascends
    job_id: str
    account_id: str
    event: str
    status: str  # after it
    at: datetime
    progress: float  # 0..1, of the job as it is now

    @property
    def is_deletion(self) -> bool:
        return self.event == "deleted"


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """How far a job is that is being worked on, or of whose recording something was made to play it."""

    job_id: str
    account_id: str
    status: str
    progress: float  # 0..1


Change = JobChange | JobProgress


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
            sa.select(job_events, jobs.c.account_id, jobs.c.progress)
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
        """Return how far the jobs are that are being worked on."""
        query = _PROGRESS.where(jobs.c.status == JobStatus.IN_PROCESS.value)
        with self._database.read() as connection:
            return _progress(connection.execute(query))

    def made_lately(self) -> dict[tuple[str, datetime], str]:
        """Return what was made of recordings lately, or found to be impossible: which, when, of which job."""
        since = self._database.clock.now() - LATE_CLOCKS
        query = sa.select(renditions.c.id, renditions.c.changed, renditions.c.job_id)
        with self._database.read() as connection:
            rows = connection.execute(query.where(renditions.c.changed > since))
            return {(row.id, row.changed): row.job_id for row in rows}

    def of_recordings(self, job_ids: Collection[str]) -> list[JobProgress]:
        """Return how far these jobs are, and those on the recording of one of them."""
        query = _PROGRESS.where(sa.or_(jobs.c.id.in_(job_ids), jobs.c.leading_id.in_(job_ids)))
        with self._database.read() as connection:
            return _progress(connection.execute(query))


class ProgressReader:
    """Tells what is new since it was asked last. For one thread at a time."""

    def __init__(self, feed: ProgressFeed) -> None:
        self._feed = feed
        self._changes: RecentChanges | None = None
        self._progress: dict[str, float] = {}
        self._made: frozenset[tuple[str, datetime]] = frozenset()

    def read(self) -> list[Change]:
        """Return the changes of state, then those of progress; the first time what is running."""
        feed, made = self._feed, self._feed.made_lately()
        if self._changes is None:
            self._changes = RecentChanges(feed.newest(), late_s=0 if feed.keeps_order else LATE_S)
            self._made = frozenset(made)
        found, running = feed.changes_since(self._changes.low), feed.running()
        owners = {owner for key, owner in made.items() if key not in self._made}
        prepared = feed.of_recordings(owners) if owners else []
        # All of the database has been read: what is remembered from here on was told.
        moved = [each for each in running if self._progress.get(each.job_id) != each.progress]
        self._progress = {each.job_id: each.progress for each in running}
        self._made = frozenset(made)
        return [*self._changes.new(found), *moved, *prepared]


class RecentChanges:
    """Which changes are new, where one may become visible after another with a higher id."""

    def __init__(self, newest: int, *, late_s: float) -> None:
        """Begin after the newest change; one with a lower id that becomes visible later may be lost."""
        self.low = newest  # all changes up to this one were seen, or are too old
        self._late_s = late_s
        self._seen: dict[int, float] = {}  # when each change after `low` was seen first

    def new(self, found: Iterable[JobChange]) -> list[JobChange]:
        """Return what was not seen before, of all changes after `low`."""
        now = time.monotonic()
        fresh = [change for change in found if change.id not in self._seen]
        self._seen |= {change.id: now for change in fresh}
        old = [each for each, at in self._seen.items() if now - at >= self._late_s]
        if old:
            self.low = max(self.low, *old)
            self._seen = {each: at for each, at in self._seen.items() if each > self.low}
        return fresh


_PROGRESS = sa.select(jobs.c.id, jobs.c.account_id, jobs.c.status, jobs.c.progress).where(
    jobs.c.deleted.is_(None)
)


def _progress(rows: Iterable[Any]) -> list[JobProgress]:
    return [
        JobProgress(job_id=row.id, account_id=row.account_id, status=row.status, progress=row.progress)
        for row in rows
    ]


def _change(row: Any) -> JobChange:
    return JobChange(
        id=row.id,
        job_id=row.job_id,
        account_id=row.account_id,
        event=row.event,
        status=row.after,
        at=row.at,
        progress=row.progress,
    )
