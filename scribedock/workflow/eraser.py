"""Erases what deleted jobs left with the engine and in folders, and what the engine need not keep.

What is deleted from our tables at once is in `jobs.erasing`. The rest waits until the job's workflows have
ended: a running one sees that its job is gone, and ends by itself. Which jobs are left is decided by their
rows, so that a worker that dies in between, and jobs that an older release deleted, need nothing else.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from scribedock.db import sqlite_file
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import attempts, callbacks, jobs, recognition_parts, tasks
from scribedock.dispatch.queues import PREFIXES, task_id_of, work_id
from scribedock.jobs.erasing.erasure import erase
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import UNFINISHED_STATUSES
from scribedock.orders.orders import FAILURE_CALLBACK, callback_id
from scribedock.workflow.engine_client import EngineClient

log = structlog.get_logger("scribedock.worker")

BATCH_JOBS = 50
BATCH_WORKFLOWS = 500
TRIM_INTERVAL_S = 60
SWEPT_FOLDERS = 200  # in one round
UNFINISHED_VALUES = [status.value for status in UNFINISHED_STATUSES]


class TableFate(StrEnum):
    DELETED = "deleted"  # with the job, once its workflows have ended
    KEPT = "kept"  # has nothing of a job


# The engine's tables: `forget` deletes a workflow's row, and with it what refers to it.
ENGINE_TABLES = {
    **dict.fromkeys(
        (
            "workflow_status",
            "workflow_input",
            "workflow_output",
            "operation_outputs",
            "notifications",
            "workflow_events",
            "workflow_events_history",
            "streams",
        ),
        TableFate.DELETED,
    ),
    **dict.fromkeys(
        ("workflow_schedules", "application_versions", "queues", "dbos_migrations", "event_dispatch_kv"),
        TableFate.KEPT,
    ),
}

# What is in the data folder beside the databases, whose rows are in the register.
FOLDERS = {
    "media": TableFate.DELETED,  # recordings and what is made from them
    "work": TableFate.DELETED,  # the files of running workflows, a folder for each task
    **dict.fromkeys(
        (
            "admin-password",
            "erasures.jsonl",  # ids and times
            "executors",
            "intake",
            "models",
            "reaper.lock",
            "restoring",
            "sandbox",
            "secrets",
            "servers",
            "start.lock",
            "writers",
        ),
        TableFate.KEPT,
    ),
}


class Eraser:
    """Erases what deleted jobs left. One in a worker; several workers may erase the same job."""

    def __init__(
        self,
        *,
        database: Database,
        engine: EngineClient,
        close_uploads: Callable[[str], None],
        folder: Path,
        borrowed: str,
        files: Sequence[Path],
        retention_s: float,
    ) -> None:
        """Set up the eraser.

        close_uploads: ends the uploads to a job's upload URLs. folder: where workflows have their folders.
        borrowed: the file in those that were made for a part of a task's work alone. files: the databases,
        where they are SQLite files. retention_s: how long finished workflows are kept.
        """
        self._database = database
        self._engine = engine
        self._close_uploads = close_uploads
        self._folder = folder
        self._borrowed = borrowed
        self._files = files
        self._retention_s = retention_s
        self._next = ""  # where the round through deleted jobs continues
        self._waiting: set[str] = set()  # deleted jobs of which some workflow has not ended yet
        self._trimmed = 0.0
        self._shrinking = set(files)

    def tick(self) -> None:
        """Erase and trim a batch; to be called every few seconds."""
        changed = self.erase()
        if time.monotonic() - self._trimmed > TRIM_INTERVAL_S or not self._trimmed:
            self._trimmed = time.monotonic()
            changed += self.trim()
        if changed:
            self._shrinking = set(self._files)
        self._shrinking = {path for path in self._shrinking if not sqlite_file.shrink(path)}

    def erase(self) -> int:
        """Erase a batch of deleted jobs as far as their workflows have ended; return how many changed."""
        with self._database.read() as connection:
            found = list(
                connection.execute(
                    sa.select(jobs.c.id)
                    .where(jobs.c.deleted.is_not(None), jobs.c.erased.is_(None), jobs.c.id > self._next)
                    .order_by(jobs.c.id)
                    .limit(BATCH_JOBS)
                ).scalars()
            )
        self._next = found[-1] if len(found) == BATCH_JOBS else ""
        return sum(self._erase(job_id) for job_id in found)

    def _erase(self, job_id: str) -> bool:
        """Erase what no workflow needs any more; return whether there was anything."""
        with self._database.read() as connection:
            task_ids = _ids(connection, tasks, job_id)
            workflow_ids = [*workflows_of(task_ids), *_ids(connection, recognition_parts, job_id)]
        under_way = self._engine.under_way(workflow_ids)
        forgotten = self._engine.forget(workflow_ids)
        in_hand = {task_id_of(each) for each in under_way}
        for task_id in task_ids:
            if task_id not in in_hand:
                shutil.rmtree(self._folder / task_id, ignore_errors=True)
        if under_way and job_id in self._waiting:
            return forgotten > 0
        self._close_uploads(job_id)
        self._clear(job_id, workflow_ids, over=not under_way)
        if under_way:
            self._waiting.add(job_id)
        else:
            self._waiting.discard(job_id)
            log.info("deleted job erased", job=job_id)
        return True

    def _clear(self, job_id: str, workflow_ids: Sequence[str], *, over: bool) -> None:
        """Clear our tables again: an older release, or a workflow, may have left rows there.

        over: whether no workflow is running, so that this is the last time.
        """
        deleted = sa.and_(jobs.c.id == job_id, jobs.c.deleted.is_not(None))
        with self._database.write() as connection:
            locked = sa.select(jobs.c.id).where(deleted).with_for_update(key_share=True)
            if connection.execute(locked).first() is None:  # a sandbox's job, which exists again
                return
            erase(connection, job_id, late=over)
            if over:
                connection.execute(attempts.delete().where(attempts.c.workflow_id.in_(workflow_ids)))
                connection.execute(jobs.update().where(deleted).values(erased=time_of(connection)))

    def forget(self, job_ids: Sequence[str]) -> int:
        """Forget the finished workflows of jobs of which something was erased; return how many.

        Their saved steps contain what was recognized.
        """
        forgotten = 0
        for job_id in job_ids:
            with self._database.read() as connection:
                found = workflows_of(_ids(connection, tasks, job_id))
                parts = _ids(connection, recognition_parts, job_id)
            forgotten += self._engine.forget([*found, *parts])
        if job_ids:
            self._shrinking = set(self._files)
        return forgotten

    def trim(self) -> int:
        """Forget workflows that ended long ago; return how many.

        Those whose task or callback our tables call unfinished stay (an order that people work on): otherwise
        it would begin anew.
        """
        before = self._database.clock.now() - timedelta(seconds=self._retention_s)
        forgotten = left = 0
        while True:
            page = self._engine.ended(begun_before=before, limit=BATCH_WORKFLOWS, offset=left)
            old = [each.id for each in page if each.changed < before]
            wanted = self._unfinished(old)
            gone = self._engine.forget([each for each in old if task_id_of(each) not in wanted])
            forgotten += gone
            left += len(page) - gone
            if len(page) < BATCH_WORKFLOWS:
                break
        if forgotten:
            log.info("finished workflows forgotten", workflows=forgotten)
        return forgotten

    def _unfinished(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Return the tasks and callbacks behind these workflows that are not finished."""
        ids = [task_id_of(each) for each in workflow_ids]
        with self._database.read() as connection:
            return frozenset(
                found
                for table in (tasks, callbacks)
                for found in connection.execute(
                    sa.select(table.c.id).where(table.c.id.in_(ids), table.c.status.in_(UNFINISHED_VALUES))
                ).scalars()
            )

    def sweep(self, *, older_than_s: float) -> int:
        """Remove folders of finished tasks, which a crash has left; return how many."""
        before = time.time() - older_than_s
        left = [self._folder / name for name in self._finished(self._folders())]
        left = [path for path in left if path.exists() and path.stat().st_mtime < before]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)

    def sweep_ended(self) -> int:
        """Remove folders of tasks that were finished elsewhere, some of them; return how many.

        That happens after this machine lost its lease, or its worker was killed. A workflow that is under way
        removes its folder itself, and so does whoever borrowed the audio of another's.
        """
        own = [name for name in self._folders() if not (self._folder / name / self._borrowed).exists()]
        ended = self._finished(own[:SWEPT_FOLDERS])
        if not ended:
            return 0
        in_hand = {task_id_of(each) for each in self._engine.under_way([*workflows_of(ended)])}
        left = [task_id for task_id in ended if task_id not in in_hand]
        for task_id in left:
            shutil.rmtree(self._folder / task_id, ignore_errors=True)
        if left:
            log.info("files of tasks removed that ended elsewhere", tasks=left)
        return len(left)

    def _folders(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob("*") if path.is_dir())

    def _finished(self, task_ids: Sequence[str]) -> Sequence[str]:
        """Return those of the ids that are of tasks which are finished."""
        if not task_ids:
            return ()
        over = sa.and_(tasks.c.id.in_(task_ids), tasks.c.status.not_in(UNFINISHED_VALUES))
        with self._database.read() as connection:
            return connection.execute(sa.select(tasks.c.id).where(over)).scalars().all()


def _ids(connection: Connection, table: sa.Table, job_id: str) -> Sequence[str]:
    return connection.execute(sa.select(table.c.id).where(table.c.job_id == job_id)).scalars().all()


def workflows_of(task_ids: Sequence[str]) -> Iterator[str]:
    """Yield the ids of all possible workflows for these tasks, but for parts of recordings."""
    for task_id in task_ids:
        yield task_id
        for queue in PREFIXES:
            yield work_id(queue, task_id)
        for name in (FAILURE_CALLBACK, *(iwp.value for iwp in Iwp)):
            yield callback_id(task_id, name)
