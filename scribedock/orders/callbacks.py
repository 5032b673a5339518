"""Callbacks that a job owes, and the log of their tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import callback_tries, callbacks
from scribedock.dispatch.work import finish, postpone
from scribedock.jobs.job import UNFINISHED_STATUSES, TaskStatus

OWED_CALLBACK = callbacks.c.status.in_([status.value for status in UNFINISHED_STATUSES])


@dataclass(frozen=True, kw_only=True)
class Callback:
    id: str  # the same at every try: it is the Webhook-Id
    job_id: str
    task_id: str
    iwp_name: str  # empty: the job is a Media Failure
    url: str


@dataclass(frozen=True, kw_only=True)
class CallbackTry:
    number: int  # from 1
    at: datetime
    http_status: int | None
    problem: str  # empty after a success
    duration_ms: int


class Callbacks:
    def __init__(self, database: Database) -> None:
        self._database = database

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
        made: CallbackTry,
        *,
        end: TaskStatus | None = None,
        again: datetime | None = None,
    ) -> None:
        """Record a try, and what follows from it: the end of the callback, or another try at `again`.

        Nothing follows where the callback was deleted with its job meanwhile.
        """
        with self._database.write() as connection:
            kept = sa.select(callbacks.c.id).where(callbacks.c.id == callback_id)
            if connection.execute(kept.with_for_update(key_share=True)).first() is None:
                finish(connection, callback_id)
                return
            insert_once(
                connection,
                callback_tries,
                callback_id=callback_id,
                number=made.number,
                at=made.at,
                http_status=made.http_status,
                problem=made.problem,
                duration_ms=made.duration_ms,
            )
            if end is not None:
                _end(connection, callback_id, end)
            if again is not None:
                postpone(connection, callback_id, again)

    def tries(self, callback_id: str) -> list[CallbackTry]:
        with self._database.read() as connection:
            return [
                CallbackTry(
                    number=row.number,
                    at=row.at,
                    http_status=row.http_status,
                    problem=row.problem,
                    duration_ms=row.duration_ms,
                )
                for row in connection.execute(
                    sa.select(callback_tries)
                    .where(callback_tries.c.callback_id == callback_id)
                    .order_by(callback_tries.c.number)
                )
            ]

    def close(self, callback_id: str, status: TaskStatus) -> None:
        """End the callback without another try."""
        with self._database.write() as connection:
            _end(connection, callback_id, status)

    def _select(self, *conditions: sa.ColumnElement[bool]) -> list[Callback]:
        with self._database.read() as connection:
            return [
                Callback(
                    id=row.id, job_id=row.job_id, task_id=row.task_id, iwp_name=row.iwp_name, url=row.url
                )
                for row in connection.execute(sa.select(callbacks).where(*conditions))
            ]


def _end(connection: Connection, callback_id: str, status: TaskStatus) -> None:
    connection.execute(callbacks.update().where(callbacks.c.id == callback_id).values(status=status.value))
    finish(connection, callback_id)
