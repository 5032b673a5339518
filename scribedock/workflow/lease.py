"""What to do for workers that died: each holds a lease, and one of the living takes over.

A worker is alive while its heartbeat is fresh.  Beside it, it holds a lock on a
file in the data folder, which the kernel lets go of the moment it dies: a worker
that restarts on the same machine need not wait for the lease to run out.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
import structlog

from scribedock.clock import utc_now
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import attempts, executors
from scribedock.workflow.engine import Running

log = structlog.get_logger("scribedock.worker")

ATTEMPTS = 3
ADVISORY_LOCK = 0x5C21BED0


class Recoverable(Protocol):
    """What the reaper needs of the engine."""

    def running(self) -> list[Running]: ...
    def finished_steps(self, workflow_id: str) -> int: ...
    def resume(self, running: Running) -> None: ...
    def give_up(self, running: Running) -> None: ...


class Lease:
    """This process's claim to be alive."""

    def __init__(self, database: Database, folder: Path, *, lease_s: float) -> None:
        self.executor_id = uuid.uuid4().hex
        self._database = database
        self._folder = folder
        self._lease = timedelta(seconds=lease_s)
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = (self._folder / self.executor_id).open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._database.write() as connection:
            connection.execute(
                executors.insert().values(
                    id=self.executor_id, host=socket.gethostname()[:255], heartbeat=utc_now()
                )
            )

    def renew(self) -> bool:
        """Whether the lease still held; once lost, others go on with this process's workflows."""
        with self._database.stamp() as connection:
            return (
                connection.execute(
                    executors.update().where(executors.c.id == self.executor_id).values(heartbeat=utc_now())
                ).rowcount
                == 1
            )

    def release(self) -> None:
        """Says goodbye: what this process had in hand may be taken over at once."""
        with self._database.write() as connection:
            connection.execute(executors.delete().where(executors.c.id == self.executor_id))
        if self._file is not None:
            (self._folder / self.executor_id).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def living(self) -> frozenset[str]:
        """Ids of the executors that are alive; the rows of the others are removed."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(executors.c.id, executors.c.heartbeat)).all()
        oldest = utc_now() - self._lease
        dead = [
            row.id
            for row in rows
            if row.id != self.executor_id and (row.heartbeat < oldest or self._lock_is_free(row.id))
        ]
        if dead:
            with self._database.write() as connection:
                connection.execute(executors.delete().where(executors.c.id.in_(dead)))
            for executor_id in dead:
                (self._folder / executor_id).unlink(missing_ok=True)
        return frozenset(row.id for row in rows) - frozenset(dead)

    def _lock_is_free(self, executor_id: str) -> bool:
        """Whether the executor ran on this data folder and let go of its lock."""
        try:
            descriptor = os.open(self._folder / executor_id, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True


class Reaper:
    """Takes over what dead executors left. Every worker has one; one at a time acts."""

    def __init__(
        self,
        database: Database,
        lease: Lease,
        engine: Recoverable,
        folder: Path,
    ) -> None:
        self._database = database
        self._lease = lease
        self._engine = engine
        self._lock_path = folder / "reaper.lock"
        self._mutex = threading.Lock()

    def reap(self) -> int:
        """Resumes what belongs to dead executors; returns how many workflows.

        A workflow whose executor died ATTEMPTS times without a step being finished between is given up.
        """
        with self._mutex, self._lock_path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            if self._database.is_sqlite:
                return self._reap()
            with self._database.engine.connect() as connection:
                got = connection.execute(
                    sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}
                ).scalar_one()
                if not got:
                    return 0
                try:
                    return self._reap()
                finally:
                    connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})

    def _reap(self) -> int:
        # The list of workflows comes first: an executor that appears between the two is alive.
        running = self._engine.running()
        living = self._lease.living()
        resumed = 0
        for workflow in running:
            if workflow.executor_id in living:
                continue
            lost = self._count_attempt(workflow.id)
            if lost >= ATTEMPTS:
                log.error("workflow given up", workflow=workflow.id, attempts=lost)
                self._engine.give_up(workflow)
            else:
                log.info("workflow taken over", workflow=workflow.id, attempts=lost)
                self._engine.resume(workflow)
                resumed += 1
        return resumed

    def _count_attempt(self, workflow_id: str) -> int:
        """How many executors have died over this workflow since it last finished a step."""
        steps = self._engine.finished_steps(workflow_id)
        with self._database.write() as connection:
            insert_once(connection, attempts, workflow_id=workflow_id, losses=0, steps=steps)
            row = connection.execute(sa.select(attempts).where(attempts.c.workflow_id == workflow_id)).one()
            losses = 1 if steps > row.steps else row.losses + 1
            connection.execute(
                attempts.update()
                .where(attempts.c.workflow_id == workflow_id)
                .values(losses=losses, steps=steps)
            )
        return losses
