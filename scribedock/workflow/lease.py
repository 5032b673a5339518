"""Recovery from dead workers: each holds a lease, and a living one takes over.

A worker is alive while its heartbeat is fresh, by the clock that all workers share. After the database was
away everybody's is old: nobody is taken for dead before it had the time of a lease to come back. A worker
also holds a lock on a file in the data folder, which the kernel releases the moment it dies: one that
restarts on the same machine need not wait for the lease to expire.

Media that kills every worker must not be tried for ever, and an innocent recording must not be given up
because its server was killed often. So only those deaths count in which the worker died alone, its supervisor
surviving: they may be the fault of what it was doing. Which of several workflows it was shows when each
suspect runs alone.
"""

from __future__ import annotations

import fcntl
import math
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol

import sqlalchemy as sa
import structlog

from scribedock import metrics
from scribedock.db.engine import Database, insert_once, shared_time
from scribedock.db.tables import attempts, executors
from scribedock.host.locked_file import is_abandoned
from scribedock.workflow.engine_client import RunningWorkflow

log = structlog.get_logger("scribedock.worker")

LEASE_LOST = 75  # exit status of a worker that lost its lease
RESTS = 76  # that of one that has nothing to do
LATE_SHARE = 2 / 3
"""A renewal that comes later than this share of a lease shows that something was away."""
BEGINNING_OF_TIME = datetime(1, 1, 1, tzinfo=UTC)
ATTEMPTS = 3
LAST_ATTEMPT = ATTEMPTS - 1  # a workflow with this many losses is a suspect
ADVISORY_LOCK = 0x5C21BED0
SILENCE_S = 60.0
"""After which PostgreSQL takes the lock from a reaper that does nothing: it was stopped, or is cut off."""


class Recoverable(Protocol):
    """What the reaper needs of the engine."""

    def running(self) -> list[RunningWorkflow]: ...
    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]: ...
    def finished_steps(self, workflow_id: str) -> int: ...
    def resume(self, running: RunningWorkflow) -> None: ...
    def close_queues(self) -> None: ...
    def fail_workflow(self, running: RunningWorkflow) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Executors:
    """The ids of workers' processes."""

    living: frozenset[str]
    crashed: frozenset[str]  # dead, perhaps because of what they were doing


def note_crash(database: Database, executor_id: str) -> None:
    """Record that an executor died; called by its supervisor, which is still alive."""
    with database.write() as connection:
        connection.execute(executors.update().where(executors.c.id == executor_id).values(crashed=True))


class Lease:
    """The claim of this process to be alive."""

    def __init__(
        self, database: Database, folder: Path, *, lease_s: float, executor_id: str | None = None
    ) -> None:
        self.executor_id = executor_id or uuid.uuid4().hex
        self._database = database
        self._folder = folder
        self._lease = timedelta(seconds=lease_s)
        self._file: IO[str] | None = None
        self._renewed = self._steady_since = -math.inf  # by the clock that never goes back

    def acquire(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = (self._folder / self.executor_id).open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._database.write() as connection:
            connection.execute(
                executors.insert().values(
                    id=self.executor_id,
                    host=socket.gethostname()[:255],
                    heartbeat=shared_time(connection),
                    crashed=False,
                )
            )
        self._note_renewal()

    def renew(self) -> bool:
        """Renew the lease; return False where it was lost and others continue this process's workflows."""
        with self._database.stamp() as connection:
            renewed = connection.execute(
                executors.update()
                .where(executors.c.id == self.executor_id)
                .values(heartbeat=shared_time(connection))
            ).rowcount
        self._note_renewal()
        return renewed == 1

    def _note_renewal(self) -> None:
        now = self._database.clock.monotonic()
        if now - self._renewed > LATE_SHARE * self._lease.total_seconds():
            self._steady_since = now
        self._renewed = now

    def release(self) -> None:
        """Release the lease: others may take over this process's work at once."""
        with self._database.write() as connection:
            connection.execute(executors.delete().where(executors.c.id == self.executor_id))
        if self._file is not None:
            (self._folder / self.executor_id).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def living(self) -> frozenset[str]:
        """Return the ids of living executors, including this one."""
        rows, dead = self._rows()
        return frozenset(row.id for row in rows) - frozenset(dead)

    def _rows(self) -> tuple[Sequence[Any], list[str]]:
        """Return the rows of all executors, and the ids of those that are dead."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(executors.c.id, executors.c.heartbeat, executors.c.crashed)
            ).all()
            now = shared_time(connection)
        steady_s = self._database.clock.monotonic() - self._steady_since
        oldest = now - self._lease if steady_s >= self._lease.total_seconds() else BEGINNING_OF_TIME
        dead = [
            row.id
            for row in rows
            if row.id != self.executor_id
            and (row.crashed or row.heartbeat < oldest or is_abandoned(self._folder / row.id))
        ]
        return rows, dead

    def others(self) -> Executors:
        """Return who is alive and who crashed; remove the rows of the dead."""
        rows, dead = self._rows()
        if dead:
            with self._database.write() as connection:
                connection.execute(executors.delete().where(executors.c.id.in_(dead)))
            for executor_id in dead:
                (self._folder / executor_id).unlink(missing_ok=True)
        return Executors(
            living=frozenset(row.id for row in rows) - frozenset(dead),
            crashed=frozenset(row.id for row in rows if row.crashed),
        )


class Reaper:
    """Takes over what dead executors left. Every worker has one; one at a time acts."""

    def __init__(
        self,
        database: Database,
        lease: Lease,
        engine: Recoverable,
        folder: Path,
        *,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._database = database
        self._silence_ms = round(silence_s * 1000)
        self._lease = lease
        self._engine = engine
        self._lock_path = folder / "reaper.lock"
        self._mutex = threading.Lock()

    def reap(self) -> int:
        """Resume workflows of dead executors; return how many.

        A workflow whose executor crashed ATTEMPTS times without a finished step in between is given up.
        Before the last attempt it waits until no other such suspect is running, so that an innocent one is
        not given up for another's fault.
        """
        alone = self._alone_on_machine if self._database.is_sqlite else self._alone_in_database
        with self._mutex, alone() as is_alone:
            return self._reap() if is_alone else 0

    @contextmanager
    def _alone_on_machine(self) -> Iterator[bool]:
        """Hold a lock of the machine, which is nobody's where its holder has fallen silent."""
        with self._lock_path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read()
                yield bool(holder) and holder not in self._lease.living()
            else:
                file.truncate(0)
                file.write(self._lease.executor_id)
                file.flush()
                yield True

    @contextmanager
    def _alone_in_database(self) -> Iterator[bool]:
        """Hold the lock as long as a transaction, which the database ends when this worker falls silent."""
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.text("SELECT set_config('idle_in_transaction_session_timeout', :silence_ms, true)"),
                {"silence_ms": str(self._silence_ms)},
            )
            yield bool(
                connection.execute(
                    sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK}
                ).scalar_one()
            )

    def _reap(self) -> int:
        # The list of workflows comes first: an executor that appears between the two is alive.
        running = self._engine.running()
        executors = self._lease.others()
        orphans = [workflow for workflow in running if workflow.executor_id not in executors.living]
        losses = {
            workflow.id: self._losses(workflow, crashed=workflow.executor_id in executors.crashed)
            for workflow in orphans
        }
        suspect_under_way = bool(self._suspects_under_way(running, orphans)) if orphans else False
        resumed = 0
        for workflow in orphans:
            lost = losses[workflow.id]
            if lost >= ATTEMPTS:
                metrics.GIVEN_UP.inc()
                log.error("workflow given up", workflow=workflow.id, losses=lost)
                self._engine.fail_workflow(workflow)
                continue
            if lost >= LAST_ATTEMPT:
                if suspect_under_way:
                    continue
                suspect_under_way = True
            metrics.TAKEN_OVER.inc()
            log.info("workflow taken over", workflow=workflow.id, losses=lost)
            self._engine.resume(workflow)
            resumed += 1
        if not resumed:
            self._engine.close_queues()
        return resumed

    def _losses(self, workflow: RunningWorkflow, *, crashed: bool) -> int:
        """Return how many executors crashed over it since it last finished a step; record a new crash."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(attempts).where(attempts.c.workflow_id == workflow.id)).first()
        if row is None and not crashed:
            return 0
        steps = self._engine.finished_steps(workflow.id)
        before = row.losses if row is not None and row.steps == steps else 0
        if not crashed:
            return before
        with self._database.write() as connection:
            insert_once(connection, attempts, workflow_id=workflow.id, losses=0, steps=steps)
            connection.execute(
                attempts.update()
                .where(attempts.c.workflow_id == workflow.id)
                .values(losses=before + 1, steps=steps)
            )
        return before + 1

    def _suspects_under_way(
        self, running: list[RunningWorkflow], orphans: list[RunningWorkflow]
    ) -> frozenset[str]:
        """Return suspects that run or are about to, without a finished step since their last loss."""
        with self._database.read() as connection:
            suspects = {
                row.workflow_id: row.steps
                for row in connection.execute(sa.select(attempts).where(attempts.c.losses == LAST_ATTEMPT))
            }
        if not suspects:
            return frozenset()
        under_way = {workflow.id for workflow in running} - {workflow.id for workflow in orphans}
        under_way |= self._engine.enqueued(list(suspects))
        return frozenset(
            workflow_id
            for workflow_id in under_way & suspects.keys()
            if self._engine.finished_steps(workflow_id) == suspects[workflow_id]
        )
