"""Work that waits for a worker or is held by one: a row for each, until it is done.

A row is written in the transaction that makes the work, so none can be lost between two databases. A worker
claims what it has slots for (see `fairness`); nothing else reaches the engine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import utc_now
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import turns, work
from scribedock.dispatch.fairness import Caps, WaitingWork, WorkUnderWay, choose_work
from scribedock.dispatch.queues import Queue

ADVISORY_LOCK = 0x5C21BED2
INSERT_WORK = work.insert()


@dataclass(frozen=True, kw_only=True)
class ClaimedWork:
    id: str
    queue: Queue
    branch_id: str


@dataclass(frozen=True, kw_only=True)
class HeldWork:
    """Work in the hands of an executor, alive or dead."""

    id: str
    queue: Queue
    executor_id: str
    claimed: datetime


def add(
    connection: Connection,
    queue: Queue,
    work_id: str,
    *,
    job_id: str,
    branch_id: str,
    ready: datetime | None,
    rank: int = 0,
    asked: datetime | None = None,
    due: datetime | None = None,
    host: str = "",
    once: bool = False,
) -> None:
    """Queue work from `ready` on; None makes it wait for something that it needs (see `release`).

    rank and due: see `fairness`. once: whether a row may already exist.
    """
    asked = asked or utc_now()
    row = {
        "id": work_id,
        "queue": queue.value,
        "job_id": job_id,
        "branch_id": branch_id,
        "host": host,
        "rank": rank,
        "asked": asked,
        "due": due or asked,
        "ready": ready,
    }
    if once:
        insert_once(connection, work, **row)
    else:
        connection.execute(INSERT_WORK, row)


def release(connection: Connection, *conditions: sa.ColumnElement[bool]) -> int:
    """Release work that waited for something that is here now; return how much."""
    return connection.execute(
        work.update().where(work.c.ready.is_(None), *conditions).values(ready=utc_now())
    ).rowcount


def withdraw(connection: Connection, job_id: str) -> None:
    """Drop a job's work that nobody has taken up."""
    connection.execute(work.delete().where(work.c.job_id == job_id, work.c.executor_id.is_(None)))


def finish(connection: Connection, work_id: str) -> None:
    """Drop the row of completed work."""
    connection.execute(work.delete().where(work.c.id == work_id))


def postpone(connection: Connection, work_id: str, ready: datetime) -> None:
    """Return the work from its executor to the queue, ready from `ready` on."""
    connection.execute(
        work.update()
        .where(work.c.id == work_id)
        .values(executor_id=None, claimed=None, ready=ready, asked=ready, due=ready)
    )


class Work:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waits(self) -> bool:
        """Return whether there is work to take up now."""
        with self._database.read() as connection:
            return (
                connection.execute(
                    sa.select(work.c.id)
                    .where(work.c.executor_id.is_(None), work.c.ready <= utc_now())
                    .limit(1)
                ).first()
                is not None
            )

    def claim(
        self, executor_id: str, slots: Mapping[Queue, int], caps: Mapping[Queue, Caps]
    ) -> list[ClaimedWork]:
        """Take up work for this worker's slots; from now on it belongs to this executor."""
        now = utc_now()
        claimed: list[ClaimedWork] = []
        with self._database.write() as connection:
            if not self._database.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            loads = _loads(connection, executor_id)
            lines = _lines(connection, now)
            for queue, count in slots.items():
                cap, load = caps.get(queue, Caps()), loads[queue]
                if queue not in lines or load.here >= 2 * count:
                    continue
                waiting = _waiting(connection, queue, lines[queue], 2 * count - load.here, load, cap, now)
                chosen = choose_work(
                    waiting, slots=count, load=load, served=_served(connection, queue), caps=cap, now=now
                )
                _take(connection, queue, chosen, executor_id, now)
                claimed += [ClaimedWork(id=each.id, queue=queue, branch_id=each.branch_id) for each in chosen]
        return claimed

    def branch_of(self, work_id: str) -> str:
        """Return the branch that the work is for; empty where the work is unknown."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(work.c.branch_id).where(work.c.id == work_id)).scalar()
        return str(found or "")

    def done(self, work_id: str) -> None:
        with self._database.write() as connection:
            finish(connection, work_id)

    def put_back(self, work_id: str, *, ready: datetime) -> None:
        """Return the work to the queue as `postpone` does."""
        with self._database.write() as connection:
            postpone(connection, work_id, ready)

    def held(self) -> list[HeldWork]:
        """Return the work that executors hold."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(work.c.id, work.c.queue, work.c.executor_id, work.c.claimed).where(
                    work.c.executor_id.is_not(None)
                )
            )
            return [
                HeldWork(id=row.id, queue=Queue(row.queue), executor_id=row.executor_id, claimed=row.claimed)
                for row in rows
            ]

    def hand_on(self, work_ids: Collection[str], executor_id: str | None) -> None:
        """Give the work to another executor; None gives it to any."""
        with self._database.write() as connection:
            for part in _parts(work_ids):
                connection.execute(
                    work.update()
                    .where(work.c.id.in_(part))
                    .values(executor_id=executor_id, claimed=utc_now() if executor_id else None)
                )

    def forget(self, work_ids: Collection[str]) -> None:
        """Drop rows of work that has ended."""
        with self._database.write() as connection:
            for part in _parts(work_ids):
                connection.execute(work.delete().where(work.c.id.in_(part)))


def _parts(ids: Collection[str]) -> Iterable[Sequence[str]]:
    every = list(ids)
    return (every[start : start + 500] for start in range(0, len(every), 500))


def _loads(connection: Connection, executor_id: str) -> defaultdict[Queue, WorkUnderWay]:
    """Return what is running, by queue."""
    here: Counter[str] = Counter()
    branches: defaultdict[str, Counter[str]] = defaultdict(Counter)
    hosts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows = connection.execute(
        sa.select(
            work.c.queue, work.c.branch_id, work.c.host, work.c.executor_id, sa.func.count().label("number")
        )
        .where(work.c.executor_id.is_not(None))
        .group_by(work.c.queue, work.c.branch_id, work.c.host, work.c.executor_id)
    )
    for row in rows:
        branches[row.queue][row.branch_id] += row.number
        hosts[row.queue][row.host] += row.number
        if row.executor_id == executor_id:
            here[row.queue] += row.number
    found: defaultdict[Queue, WorkUnderWay] = defaultdict(lambda: WorkUnderWay(here=0, branches={}, hosts={}))
    for queue in branches:
        found[Queue(queue)] = WorkUnderWay(here=here[queue], branches=branches[queue], hosts=hosts[queue])
    return found


def _lines(connection: Connection, now: datetime) -> Mapping[Queue, list[tuple[str, int]]]:
    """Return the branch and rank of what waits, by queue."""
    found: defaultdict[Queue, list[tuple[str, int]]] = defaultdict(list)
    rows = connection.execute(
        sa.select(work.c.queue, work.c.branch_id, work.c.rank)
        .where(work.c.executor_id.is_(None), work.c.ready <= now)
        .distinct()
    )
    for row in rows:
        found[Queue(row.queue)].append((row.branch_id, row.rank))
    return found


def _waiting(
    connection: Connection,
    queue: Queue,
    lines: Iterable[tuple[str, int]],
    count: int,
    load: WorkUnderWay,
    caps: Caps,
    now: datetime,
) -> list[WaitingWork]:
    """Return the `count` items due first of each branch and rank, which is all that could be chosen."""
    busy = [host for host, number in load.hosts.items() if caps.host and host and number >= caps.host]
    found = []
    for branch_id, rank in lines:
        if caps.branch and load.branches.get(branch_id, 0) >= caps.branch:
            continue
        of_branch = (
            work.c.queue == queue.value,
            work.c.branch_id == branch_id,
            work.c.executor_id.is_(None),
            work.c.ready <= now,
        )
        query = sa.select(work).where(*of_branch, work.c.rank == rank)
        if busy:
            query = query.where(work.c.host.not_in(busy))
        if caps.queued:
            oldest = (
                sa.select(work.c.id).where(*of_branch).order_by(work.c.asked, work.c.id).limit(caps.queued)
            )
            query = query.where(work.c.id.in_(oldest))
        first = query.order_by(work.c.due, work.c.asked, work.c.id).limit(count)
        found += [
            WaitingWork(
                id=row.id,
                branch_id=row.branch_id,
                host=row.host,
                rank=row.rank,
                asked=row.asked,
                due=row.due,
            )
            for row in connection.execute(first)
        ]
    return found


def _served(connection: Connection, queue: Queue) -> Mapping[str, datetime]:
    rows = connection.execute(
        sa.select(turns.c.branch_id, turns.c.served).where(turns.c.queue == queue.value)
    )
    return {row.branch_id: row.served for row in rows}


def _take(
    connection: Connection, queue: Queue, chosen: Sequence[WaitingWork], executor_id: str, now: datetime
) -> None:
    for number, each in enumerate(chosen):
        connection.execute(
            work.update().where(work.c.id == each.id).values(executor_id=executor_id, claimed=now)
        )
        # Branches that were served at once keep their order.
        served = now + number * timedelta(microseconds=1)
        insert_once(connection, turns, queue=queue.value, branch_id=each.branch_id, served=served)
        connection.execute(
            turns.update()
            .where(turns.c.queue == queue.value, turns.c.branch_id == each.branch_id)
            .values(served=served)
        )
