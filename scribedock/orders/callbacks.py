"""Callbacks that a job owes, and the log of their tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import callback_tries, callbacks, work
from scribedock.dispatch.tries import DeliveryTry, TryLog
from scribedock.dispatch.work import postpone
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.enqueuing import enqueue_callback
from scribedock.jobs.job import UNFINISHED_STATUSES, Job, TaskStatus

OWED_CALLBACK = callbacks.c.status.in_([status.value for status in UNFINISHED_STATUSES])


@dataclass(frozen=True, kw_only=True)
class Callback:
    id: str  # the same at every try: it is the Webhook-Id
    job_id: str
    task_id: str
    iwp_name: str  # empty: the job is a Media Failure
    url: str


class Callbacks:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = TryLog(callbacks, callback_tries)

    def callbacks_of_task(self, task_id: str) -> list[Callback]:
        return self._select(callbacks.c.task_id == task_id)

    def find_callback(self, callback_id: str) -> Callback | None:
        """Find a callback; None where it is no longer owed.

        A workflow that is restarted after the engine forgot it thus finds nothing to do.
        """
        found = self._select(callbacks.c.id == callback_id, OWED_CALLBACK)
        return found[0] if found else None

    def record(
        self,
        callback_id: str,
        made: DeliveryTry,
        *,
        end: TaskStatus | None = None,
        again: datetime | None = None,
    ) -> None:
        """Record a try, and what follows from it: the end of the callback, or another try at `again`.

        Nothing follows where the callback was deleted with its job meanwhile.
        """
        with self._database.write() as connection:
            self._log.record(connection, callback_id, made, end=end, again=again)

    def fetch_callback(self, connection: Connection, callback_id: str) -> Callback:
        """Find a callback, owed or not, within a transaction. Raises ItemNotFound."""
        row = connection.execute(sa.select(callbacks).where(callbacks.c.id == callback_id)).first()
        if row is None:
            raise ItemNotFound(f"There is no callback {callback_id!r}")
        return _callback(row)

    def owe_again(self, connection: Connection, callback: Callback, job: Job) -> None:
        """Have the callback called now, whatever became of it.

        `job` was read in this write transaction. Raises InvalidQuery while a worker is calling.
        """
        waiting = connection.execute(sa.select(work).where(work.c.id == callback.id)).first()
        if waiting is not None and waiting.executor_id is not None:
            raise InvalidQuery(f"Callback {callback.id} is being called at this moment")
        owed = callbacks.update().where(callbacks.c.id == callback.id)
        connection.execute(owed.values(status=TaskStatus.QUEUED.value))
        enqueue_callback(connection, job, callback.id, url=callback.url, ready=time_of(connection), once=True)
        if waiting is not None:
            postpone(connection, callback.id, time_of(connection))

    def tries(self, callback_id: str) -> list[DeliveryTry]:
        with self._database.read() as connection:
            return self._log.tries(connection, callback_id)

    def close(self, callback_id: str, status: TaskStatus) -> None:
        """End the callback without another try."""
        with self._database.write() as connection:
            self._log.end(connection, callback_id, status)

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Callback]:
        with self._database.read() as connection:
            return [_callback(row) for row in connection.execute(sa.select(callbacks).where(*conditions))]


def _callback(row: sa.Row[Any]) -> Callback:
    return Callback(id=row.id, job_id=row.job_id, task_id=row.task_id, iwp_name=row.iwp_name, url=row.url)
