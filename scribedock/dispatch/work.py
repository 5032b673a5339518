"""Work that waits for a worker or is held by one: a row for each, until it is done.

A row is written in the transaction that makes the work, so none can be lost between two databases. A worker
claims what it has slots for (see `fairness`); nothing else reaches the engine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import turns, work
from scribedock.dispatch.fairness import Caps, WaitingWork, WorkUnderWay, choose_work
from scribedock.dispatch.queues import PREFIXES, Queue
from scribedock.tracing import current_request_id, current_traceparent

ADVISORY_LOCK = 0x5C21BED2
IS_KNOWN = work.c.queue.in_([queue.value for queue in Queue])
"""Work of a queue that only a newer release has, beside which this one may run during an upgrade, is its."""
INSERT_WORK = work.insert()


@dataclass(frozen=True, kw_only=True)
class WorkOrigin:
    """For whom work is done, and the request that caused it."""

    branch_id: str = ""
    request_id: str = ""
    traceparent: str | None = None  # of its span, where it had one


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
    job_id: str | None,
    branch_id: str,
    ready: datetime | None,
    rank: int = 0,
    asked: datetime | None = None,
    due: datetime | None = None,
    host: str = "",
    once: bool = False,
) -> None:
    """Queue work from `ready` on; None makes it wait for something that it needs (see `release`).

    job_id: None where it is about no job. rank and due: see `fairness`. once: whether a row may already
    exist.
    """
    asked = asked or time_of(connection)
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
        "request_id": current_request_id(),
        "traceparent": current_traceparent(),
    }
    if once:
        insert_once(connection, work, **row)
    else:
        connection.execute(INSERT_WORK, row)


def release(connection: Connection, *conditions: sa.ColumnElement[bool]) -> int:
    """Release work that waited for something that is here now; return how much."""
    return connection.execute(
        work.update().where(work.c.ready.is_(None), *conditions).values(ready=time_of(connection))
    ).rowcount


def withdraw(connection: Connection, job_id: str) -> None:
    """Drop a job's work that nobody has taken up."""
    connection.execute(work.delete().where(work.c.job_id == job_id, work.c.executor_id.is_(None)))


def withdraw_task(connection: Connection, task_id: str) -> None:
    """Drop a task's work that nobody has taken up, in whichever queue it is."""
    ids = [prefix + task_id for prefix in ("", *PREFIXES.values())]
    connection.execute(work.delete().where(work.c.id.in_(ids), work.c.executor_id.is_(None)))


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
                    .where(work.c.executor_id.is_(None), work.c.ready <= time_of(connection))
                    .limit(1)
                ).first()
                is not None
            )

    def claim(
        self, executor_id: str, slots: Mapping[Queue, int], caps: Mapping[Queue, Caps]
    ) -> list[ClaimedWork]:
        """Take up work for this worker's slots; from now on it belongs to this executor."""
        now = self._database.clock.now()
        claimed: list[ClaimedWork] = []
        with self._database.write() as connection:
            if not self._database.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            loads = _loads(connection, executor_id)
            lines = _lines(connection)
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

    def origin_of(self, work_id: str) -> WorkOrigin:
        """Return where the work comes from; all is empty where the work is unknown."""
        query = sa.select(work.c.branch_id, work.c.request_id, work.c.traceparent).where(work.c.id == work_id)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return WorkOrigin()
        return WorkOrigin(branch_id=row[0], request_id=row[1] or "", traceparent=row[2])

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
                    work.c.executor_id.is_not(None), IS_KNOWN
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
                    .values(executor_id=executor_id, claimed=time_of(connection) if executor_id else None)
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
        .where(work.c.executor_id.is_not(None), IS_KNOWN)
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


def _lines(connection: Connection) -> Mapping[Queue, list[tuple[str, int]]]:
    """Return the branch and rank of what waits, by queue.

    Each is found by a step in the index, past all of the one before, however much waits.
    """
    found: defaultdict[Queue, list[tuple[str, int]]] = defaultdict(list)
    for row in connection.execute(LINES):
        found[Queue(row.queue)].append((row.branch_id, row.rank))
    return found


def _first_of_each_line() -> sa.Select[Any]:
    """Build a query for the queue, branch and rank of what waits, each once."""
    ahead = work.alias("ahead")
    line = (work.c.queue, work.c.branch_id, work.c.rank)
    waiting = (
        sa.select(work.c.id)
        .with_hint(work, "INDEXED BY ix_work_waiting", "sqlite")
        .where(work.c.executor_id.is_(None), work.c.ready.is_not(None))
        .order_by(*line, work.c.due, work.c.asked, work.c.id)
        .limit(1)
    )
    same_queue, same_branch = work.c.queue == ahead.c.queue, work.c.branch_id == ahead.c.branch_id
    following = (  # one by one: SQLite seeks by a column, not by a row of them
        (same_queue, same_branch, work.c.rank > ahead.c.rank),
        (same_queue, work.c.branch_id > ahead.c.branch_id),
        (work.c.queue > ahead.c.queue,),
    )
    beyond = (waiting.where(*each).correlate(ahead).scalar_subquery() for each in following)
    first = sa.select(waiting.scalar_subquery().label("id")).cte("first", recursive=True)
    every = first.union_all(
        sa.select(sa.func.coalesce(*beyond)).select_from(first).join(ahead, ahead.c.id == first.c.id)
    )
    return sa.select(*line).join(every, every.c.id == work.c.id)


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
    query = FIRST_OF_LINE.where(work.c.host.not_in(busy)) if busy else FIRST_OF_LINE
    if caps.queued:
        query = query.where(work.c.id.in_(OF_BRANCH.order_by(work.c.asked, work.c.id).limit(caps.queued)))
    found = []
    for branch_id, rank in lines:
        if caps.branch and load.branches.get(branch_id, 0) >= caps.branch:
            continue
        line = {"of_queue": queue.value, "of_branch": branch_id, "of_rank": rank, "until": now, "some": count}
        found += [
            WaitingWork(
                id=row.id,
                branch_id=row.branch_id,
                host=row.host,
                rank=row.rank,
                asked=row.asked,
                due=row.due,
            )
            for row in connection.execute(query, line)
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


LINES = _first_of_each_line().where(IS_KNOWN)
# Built once: building a statement takes longer than running it.
OF_BRANCH = sa.select(work.c.id).where(
    work.c.queue == sa.bindparam("of_queue"),
    work.c.branch_id == sa.bindparam("of_branch"),
    work.c.executor_id.is_(None),
    work.c.ready <= sa.bindparam("until"),
)
FIRST_OF_LINE = (
    OF_BRANCH.with_only_columns(work)
    .where(work.c.rank == sa.bindparam("of_rank"))
    .order_by(work.c.due, work.c.asked, work.c.id)
    .limit(sa.bindparam("some"))
)
