"""Budgets of accounts, each for the account and all accounts below it, from month to month in UTC.

What an account orders counts for it and for every account above it, so a budget cannot be evaded by making
more accounts. Only what begins is refused: an order, an upload; nothing that reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock import metrics
from scribedock.accounts.accounts import ANCESTRY, SUBTREE
from scribedock.budgets.ledger import minutes_of, month_of, next_month, sweep
from scribedock.clock import format_time
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import accounts, budget_charges, budgets
from scribedock.errors import ErrorType, ScribedockError


class Budgeted(StrEnum):
    """What a budget limits; the names of the columns."""

    MINUTES = "minutes"  # of recordings whose transcription is ordered, each rounded up
    UPLOAD_BYTES = "upload_bytes"  # of recordings, uploaded or fetched


NOUNS = {Budgeted.MINUTES: "minutes", Budgeted.UPLOAD_BYTES: "bytes of uploads"}


class BudgetExceeded(ScribedockError):
    """A budget does not allow this before the next month begins."""

    error_type = ErrorType.INVALID_QUERY
    status = 429

    def __init__(self, comment: str, *, renewed: datetime, headers: Mapping[str, str]) -> None:
        """Say what is used up. renewed: when the next month begins."""
        super().__init__(comment, headers=headers)
        self.renewed = renewed


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What an account, with all below it, may have in a month, and has had in this one."""

    account_id: str
    username: str
    limits: Mapping[Budgeted, int]  # what is not in it has no limit
    used: Mapping[Budgeted, int]
    month: str  # as 2026-11
    renewed: datetime  # when the next month begins

    def left(self, what: Budgeted) -> int | None:
        """Return how much is left; None without limit."""
        limit = self.limits.get(what)
        return None if limit is None else max(0, limit - self.used[what])


class Budgets:
    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, account_id: str, limits: Mapping[Budgeted, int | None]) -> None:
        """Set these limits of the account, None for no limit; others stay as they are."""
        with self._database.write() as connection:
            insert_once(connection, budgets, account_id=account_id)
            own = budgets.c.account_id == account_id
            values = {what.value: limit for what, limit in limits.items()}
            connection.execute(budgets.update().where(own).values(**values))
            empty = sa.and_(own, budgets.c.minutes.is_(None), budgets.c.upload_bytes.is_(None))
            connection.execute(budgets.delete().where(empty))

    def clear(self, account_id: str) -> None:
        """Take the account's budget away; those of accounts above it still hold."""
        with self._database.write() as connection:
            connection.execute(budgets.delete().where(budgets.c.account_id == account_id))

    def of_account(self, account_id: str) -> Budget:
        """Return the budget of an account; without one, what it has used."""
        with self._database.read() as connection:
            row = connection.execute(_ROWS.where(accounts.c.id == account_id)).one()
            return _budget(connection, row)

    def above(self, account_id: str) -> list[Budget]:
        """Return the budgets that hold for an account: its own, if any, and those of accounts above it."""
        with self._database.read() as connection:
            holding = budgets.c.account_id.in_(ANCESTRY)
            rows = connection.execute(_ROWS.where(holding), {"id": account_id}).all()
            return [_budget(connection, row) for row in rows]

    def all(self, limit: int | None = None) -> list[Budget]:
        """Return all budgets by name of the account, at most `limit`."""
        with self._database.read() as connection:
            rows = connection.execute(
                _ROWS.where(budgets.c.account_id.is_not(None)).order_by(accounts.c.username).limit(limit)
            ).all()
            return [_budget(connection, row) for row in rows]

    def check_upload(self, account_id: str, size: int = 0) -> None:
        """Raise BudgetExceeded where an upload of `size` bytes (0: unknown) is more than is left."""
        with self._database.read() as connection:
            check(connection, account_id, Budgeted.UPLOAD_BYTES, max(size, 1))

    def sweep(self, before: datetime) -> int:
        """Forget what was used in the months before that of `before`."""
        with self._database.write() as connection:
            return sweep(connection, before)


def check_order(connection: Connection, account_id: str, media_ms: int | None) -> None:
    """Raise BudgetExceeded where the minutes of an order are more than is left.

    Within the write transaction that places it: of two orders at once, one waits here for the other.
    """
    check(connection, account_id, Budgeted.MINUTES, minutes_of(media_ms))


def check(connection: Connection, account_id: str, what: Budgeted, wanted: int) -> None:
    """Raise BudgetExceeded where `wanted` is more than any budget leaves that holds for the account."""
    limit = budgets.c[what.value]
    query = (
        sa.select(budgets.c.account_id, limit.label("budget"))
        .where(budgets.c.account_id.in_(ANCESTRY), limit.is_not(None))
        .order_by(budgets.c.account_id)  # so that two orders never wait for each other
    )
    if connection.get_execution_options().get("scribedock_write"):
        query = query.with_for_update(of=budgets)
    for row in connection.execute(query, {"id": account_id}).all():
        now = time_of(connection)
        used = _used(connection, row.account_id, month_of(now))[what]
        if used + wanted > row.budget:
            metrics.BUDGET_REFUSALS.labels(what.value).inc()
            raise _exceeded(what, row.budget, used, wanted, now, own=row.account_id == account_id)


def _exceeded(
    what: Budgeted, budget: int, used: int, wanted: int, now: datetime, *, own: bool
) -> BudgetExceeded:
    renewed = next_month(now)
    whose = "the account" if own else "an account above this one, with all accounts below it,"
    return BudgetExceeded(
        f"The budget of {whose} is {budget:,} {NOUNS[what]} in {now:%B %Y}; {used:,} are used, "
        f"and this would be {wanted:,} more. It is renewed on {format_time(renewed)} UTC; until then, ask "
        "the operator for more",
        renewed=renewed,
        headers={"Retry-After": str(max(1, -int((now - renewed).total_seconds() // 1)))},
    )


_COLUMNS = (accounts.c.id, accounts.c.username, budgets.c.minutes, budgets.c.upload_bytes)
_ROWS: sa.Select[Any] = sa.select(*_COLUMNS).select_from(
    accounts.outerjoin(budgets, budgets.c.account_id == accounts.c.id)
)


def _budget(connection: Connection, row: sa.Row[Any]) -> Budget:
    now = time_of(connection)
    values = {what: getattr(row, what.value) for what in Budgeted}
    return Budget(
        account_id=row.id,
        username=row.username,
        limits={what: value for what, value in values.items() if value is not None},
        used=_used(connection, row.id, month_of(now)),
        month=month_of(now),
        renewed=next_month(now),
    )


def _used(connection: Connection, account_id: str, month: str) -> Mapping[Budgeted, int]:
    """Return what an account and all below it have used in a month."""
    row = connection.execute(
        sa.select(
            *(
                sa.func.coalesce(sa.func.sum(budget_charges.c[what.value]), 0).label(what.value)
                for what in Budgeted
            )
        ).where(budget_charges.c.account_id.in_(SUBTREE), budget_charges.c.month == month),
        {"id": account_id},
    ).one()
    return {what: int(getattr(row, what.value)) for what in Budgeted}
