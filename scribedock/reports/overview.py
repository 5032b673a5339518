"""What an operator asks about everything at once: jobs, waiting work, workers, callbacks, storage.

`scribedock status` and the metrics show the same figures; each is one query that needs no session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, shared_time
from scribedock.db.tables import (
    accounts,
    callback_tries,
    callbacks,
    executors,
    jobs,
    media,
    renditions,
    uploads,
    webhook_endpoints,
    work,
)
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import IS_KNOWN
from scribedock.jobs.job import UNFINISHED_STATUSES, JobStatus, Priority, TaskStatus
from scribedock.jobs.turnaround import TIMED_STATUSES, rank_of

RECENT = timedelta(days=1)
PRIORITIES = {rank_of(priority): priority for priority in Priority}
# Whose work has a priority.
ORDERED_QUEUES = (Queue.TRANSCRIPTION, Queue.PARTS, Queue.DERIVATIONS, Queue.SANDBOX)
MAX_BRANCHES = 50
OTHER_BRANCHES = "(other)"


@dataclass(frozen=True, kw_only=True)
class QueuedWork:
    """Work of one queue and priority."""

    queue: Queue
    priority: Priority | None  # None: the queue has none
    ready: int  # could be taken up now
    waiting: int  # for something that it needs, or for its time
    running: int
    oldest: datetime | None  # since when the oldest that is ready has been


@dataclass(frozen=True, kw_only=True)
class RunningWorker:
    """A worker's process, alive or silent."""

    id: str
    host: str
    heartbeat: datetime
    alive: bool


@dataclass(frozen=True, kw_only=True)
class CallbackCounts:
    waiting: int  # for their first try
    failing: int  # that are tried again
    failed_recently: int  # for good, within a day


@dataclass(frozen=True, kw_only=True)
class EndpointCounts:
    """Webhook endpoints, by state."""

    active: int
    failing: int  # whose last event could not be delivered
    paused: int  # on request, or after days of failure


@dataclass(frozen=True, kw_only=True)
class StoredBytes:
    recordings: int
    recording_bytes: int
    partials: int  # of uploads that can be resumed
    partial_bytes: int
    renditions: int
    rendition_bytes: int


class Overview:
    def __init__(self, database: Database, *, lease_s: float) -> None:
        """Answer from the database. lease_s: a worker that is silent for longer counts as dead."""
        self._database = database
        self._lease = timedelta(seconds=lease_s)

    def now(self) -> datetime:
        return self._database.clock.now()

    def jobs_by_state(self) -> Mapping[JobStatus, int]:
        """Return how many living jobs are in each state."""
        query = (
            sa.select(jobs.c.status, sa.func.count().label("number"))
            .where(jobs.c.deleted.is_(None))
            .group_by(jobs.c.status)
        )
        with self._database.read() as connection:
            found = {row.status: row.number for row in connection.execute(query)}
        return {status: found.get(status.value, 0) for status in JobStatus}

    def late_jobs(self) -> int:
        """Return how many living jobs are past their due date and not complete."""
        states = [status.value for status in TIMED_STATUSES if status is not JobStatus.COMPLETE]
        late = sa.and_(jobs.c.deleted.is_(None), jobs.c.status.in_(states), jobs.c.due < self.now())
        with self._database.read() as connection:
            return _count(connection, jobs, late)

    def queues(self) -> list[QueuedWork]:
        """Return the work of each queue and priority that has any, the most urgent first."""
        is_held = work.c.executor_id.is_not(None)
        is_ready = sa.and_(work.c.executor_id.is_(None), work.c.ready <= self.now())
        query = sa.select(
            work.c.queue,
            work.c.rank,
            sa.func.count().label("number"),
            sa.func.sum(sa.case((is_ready, 1), else_=0)).label("ready"),
            sa.func.sum(sa.case((is_held, 1), else_=0)).label("running"),
            sa.func.min(sa.case((is_ready, work.c.ready), else_=None)).label("oldest"),
        )
        query = query.where(IS_KNOWN).group_by(work.c.queue, work.c.rank)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        merged: defaultdict[tuple[str, Priority | None], list[Any]] = defaultdict(list)
        for row in rows:
            merged[row.queue, _priority(row.queue, row.rank)].append(row)
        order = [*(PRIORITIES[rank] for rank in sorted(PRIORITIES)), None]
        return [
            _queued(queue, priority, found)
            for (queue, priority), found in sorted(
                merged.items(),
                key=lambda each: (list(Queue).index(Queue(each[0][0])), order.index(each[0][1])),
            )
        ]

    def ready_by_branch(self) -> Mapping[tuple[str, Queue], int]:
        """Return how much work could be taken up now, by name of the branch and queue.

        Beyond the branches with the most work, the others are counted together.
        """
        query = (
            sa.select(accounts.c.username, work.c.queue, sa.func.count().label("number"))
            .join(accounts, accounts.c.id == work.c.branch_id)
            .where(work.c.executor_id.is_(None), work.c.ready <= self.now(), IS_KNOWN)
            .group_by(accounts.c.username, work.c.queue)
            .order_by(sa.desc("number"))
        )
        found: defaultdict[tuple[str, Queue], int] = defaultdict(int)
        shown: dict[str, None] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                if len(shown) < MAX_BRANCHES:
                    shown[row.username] = None
                name = row.username if row.username in shown else OTHER_BRANCHES
                found[name, Queue(row.queue)] += row.number
        return found

    def workers(self) -> list[RunningWorker]:
        """Return the workers that hold a lease, and those that have not given theirs back."""
        with self._database.read() as connection:
            oldest = shared_time(connection) - self._lease
            rows = connection.execute(sa.select(executors).order_by(executors.c.host, executors.c.id)).all()
            oldest = shared_time(connection) - self._lease
        return [
            RunningWorker(
                id=row.id,
                host=row.host,
                heartbeat=row.heartbeat,
                alive=not row.crashed and row.heartbeat >= oldest,
            )
            for row in rows
        ]

    def callback_counts(self) -> CallbackCounts:
        owed = callbacks.c.status.in_([status.value for status in UNFINISHED_STATUSES])
        tried = sa.exists().where(callback_tries.c.callback_id == callbacks.c.id)
        recently = sa.exists().where(
            callback_tries.c.callback_id == callbacks.c.id, callback_tries.c.at >= self.now() - RECENT
        )
        failed = callbacks.c.status == TaskStatus.FAILED.value
        with self._database.read() as connection:
            return CallbackCounts(
                waiting=_count(connection, callbacks, sa.and_(owed, ~tried)),
                failing=_count(connection, callbacks, sa.and_(owed, tried)),
                failed_recently=_count(connection, callbacks, sa.and_(failed, recently)),
            )

    def endpoint_counts(self) -> EndpointCounts:
        """Return how many webhook endpoints are in each state."""
        paused = webhook_endpoints.c.paused.is_not(None)
        failing = webhook_endpoints.c.failing_since.is_not(None)
        with self._database.read() as connection:
            return EndpointCounts(
                active=_count(connection, webhook_endpoints, sa.and_(~paused, ~failing)),
                failing=_count(connection, webhook_endpoints, sa.and_(~paused, failing)),
                paused=_count(connection, webhook_endpoints, paused),
            )

    def stored(self) -> StoredBytes:
        """Return what is in the storage according to the database."""
        with self._database.read() as connection:
            shared = sa.select(media.c.storage_key, sa.func.max(media.c.bytes).label("bytes"))
            once = shared.group_by(media.c.storage_key).subquery()
            recordings = _sum(connection, once, once.c.storage_key.is_not(None))
            partials = _sum(connection, uploads, uploads.c.partial.is_not(None))
            converted = _sum(connection, renditions, renditions.c.storage_key.is_not(None))
        return StoredBytes(
            recordings=recordings[0],
            recording_bytes=recordings[1],
            partials=partials[0],
            partial_bytes=partials[1],
            renditions=converted[0],
            rendition_bytes=converted[1],
        )


def _priority(queue: str, rank: int) -> Priority | None:
    return PRIORITIES.get(rank) if queue in ORDERED_QUEUES else None


def _queued(queue: str, priority: Priority | None, rows: list[Any]) -> QueuedWork:
    number, ready, running = (
        sum(int(getattr(row, name)) for row in rows) for name in ("number", "ready", "running")
    )
    return QueuedWork(
        queue=Queue(queue),
        priority=priority,
        ready=ready,
        waiting=number - ready - running,
        running=running,
        oldest=min((row.oldest for row in rows if row.oldest is not None), default=None),
    )


def _count(connection: Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    return int(
        connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
    )


def _sum(connection: Connection, table: sa.FromClause, condition: sa.ColumnElement[bool]) -> tuple[int, int]:
    number = sa.func.count()
    row = connection.execute(
        sa.select(number, sa.func.coalesce(sa.func.sum(table.c.bytes), 0)).where(condition)
    ).one()
    return int(row[0]), int(row[1])
