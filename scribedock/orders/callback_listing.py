"""Callbacks as the operator sees them: what became of each, and when the next try is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, callback_tries, callbacks, jobs, work
from scribedock.jobs.job import UNFINISHED_STATUSES, TaskStatus


class CallbackState(StrEnum):
    WAITING = "waiting"  # for its first try
    FAILING = "failing"  # tried without success, and to be tried again
    DELIVERED = "delivered"
    FAILED = "failed"  # for good
    ABORTED = "aborted"  # its job was deleted


@dataclass(frozen=True, kw_only=True)
class ListedCallback:
    """A callback with its latest try."""

    id: str  # the Webhook-Id
    job_id: str
    username: str  # of the job's account
    iwp_name: str  # empty: it says that the job is a Media Failure
    url: str
    state: CallbackState
    created: datetime
    tries: int
    tried: datetime | None  # when it was tried last
    http_status: int | None  # that the last try was answered with, if it was
    problem: str  # of the last try
    due: datetime | None  # when the next try is; None: there is none, or it is under way


PAGE_CALLBACKS = 500
_OWED = callbacks.c.status.in_([status.value for status in UNFINISHED_STATUSES])
_TRIED = sa.exists().where(callback_tries.c.callback_id == callbacks.c.id)
_CONDITIONS = {
    CallbackState.WAITING: sa.and_(_OWED, ~_TRIED),
    CallbackState.FAILING: sa.and_(_OWED, _TRIED),
    CallbackState.DELIVERED: callbacks.c.status == TaskStatus.COMPLETE.value,
    CallbackState.FAILED: callbacks.c.status == TaskStatus.FAILED.value,
    CallbackState.ABORTED: callbacks.c.status == TaskStatus.ABORTED.value,
}
_IDS = (
    sa.select(callbacks.c.id)
    .join(jobs, jobs.c.id == callbacks.c.job_id)
    .order_by(callbacks.c.created.desc(), callbacks.c.id)
)


class CallbackListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def matching(
        self,
        *,
        state: CallbackState | None = None,
        job_id: str | None = None,
        account_ids: frozenset[str] | None = None,
        limit: int | None = None,
    ) -> list[ListedCallback]:
        """Return the callbacks that pass every filter, newest first."""
        query = _IDS.limit(limit)
        if state is not None:
            query = query.where(_CONDITIONS[state])
        if job_id is not None:
            query = query.where(callbacks.c.job_id == job_id)
        if account_ids is not None:
            query = query.where(jobs.c.account_id.in_(account_ids))
        return self._listed(query)

    def beginning_with(self, digits: str, *, limit: int) -> list[ListedCallback]:
        """Return callbacks whose id begins with these hex digits."""
        return self._listed(_IDS.where(callbacks.c.id.startswith(digits)).limit(limit))

    def _listed(self, query: sa.Select[Any]) -> list[ListedCallback]:
        """Return the callbacks of these ids: which they are is known before their tries are looked at."""
        found: list[ListedCallback] = []
        with self._database.read() as connection:
            ids = connection.execute(query).scalars().all()
            for start in range(0, len(ids), PAGE_CALLBACKS):
                page = ids[start : start + PAGE_CALLBACKS]
                rows = {row.id: row for row in connection.execute(_details(page))}
                found += [_listed(rows[each]) for each in page]
        return found


def _details(ids: Sequence[str]) -> sa.Select[Any]:
    """Build the query for what is shown of these callbacks."""
    last = (
        sa.select(callback_tries.c.callback_id, sa.func.max(callback_tries.c.number).label("number"))
        .where(callback_tries.c.callback_id.in_(ids))
        .group_by(callback_tries.c.callback_id)
        .subquery()
    )
    tried = callback_tries.alias("latest")
    return (
        sa.select(
            callbacks,
            accounts.c.username,
            last.c.number,
            tried.c.at,
            tried.c.http_status,
            tried.c.problem,
            work.c.ready,
            work.c.executor_id,
        )
        .join(jobs, jobs.c.id == callbacks.c.job_id)
        .join(accounts, accounts.c.id == jobs.c.account_id)
        .outerjoin(last, last.c.callback_id == callbacks.c.id)
        .outerjoin(tried, sa.and_(tried.c.callback_id == callbacks.c.id, tried.c.number == last.c.number))
        .outerjoin(work, work.c.id == callbacks.c.id)
        .where(callbacks.c.id.in_(ids))
    )


def _listed(row: sa.Row[Any]) -> ListedCallback:
    return ListedCallback(
        id=row.id,
        job_id=row.job_id,
        username=row.username,
        iwp_name=row.iwp_name,
        url=row.url,
        state=_state_of(TaskStatus(row.status), tried=row.number is not None),
        created=row.created,
        tries=row.number or 0,
        tried=row.at,
        http_status=row.http_status,
        problem=row.problem or "",
        due=row.ready if row.executor_id is None else None,
    )


def _state_of(status: TaskStatus, *, tried: bool) -> CallbackState:
    if status in UNFINISHED_STATUSES:
        return CallbackState.FAILING if tried else CallbackState.WAITING
    return {
        TaskStatus.COMPLETE: CallbackState.DELIVERED,
        TaskStatus.FAILED: CallbackState.FAILED,
        TaskStatus.ABORTED: CallbackState.ABORTED,
    }[status]
