"""The ledger: what each order and each recording counts for, in the month in which it came.

It is kept for every account, so that a budget counts the whole month in which it is set. Its rows are written
in the transaction of what they are for, and name no job.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import insert_once, time_of
from scribedock.db.tables import budget_charges

MINUTE_MS = 60_000
UNKNOWN_LENGTH_MINUTES = 1
"""What a recording counts for until its length is known."""


def month_of(at: datetime) -> str:
    """Return the month of a time, in UTC, as `2026-11`."""
    return f"{at.astimezone(UTC):%Y-%m}"


def next_month(at: datetime) -> datetime:
    """Return the beginning of the month after that of a time, in UTC."""
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def minutes_of(media_ms: int | None) -> int:
    """Return the minutes that a recording counts for: each that has begun, as in the statistics."""
    if media_ms is None:
        return UNKNOWN_LENGTH_MINUTES
    return max(1, -(-media_ms // MINUTE_MS))


def charge_order(connection: Connection, task_id: str, account_id: str, media_ms: int | None) -> None:
    """Charge the account with the minutes of an order."""
    _charge(connection, task_id, account_id, minutes=minutes_of(media_ms))


def settle_order(connection: Connection, task_id: str | None, media_ms: int | None) -> None:
    """Charge an order with its true minutes, now that the length of its recording is known."""
    if task_id is not None and media_ms is not None:
        charged = budget_charges.c.id == task_id
        connection.execute(budget_charges.update().where(charged).values(minutes=minutes_of(media_ms)))


def give_back(connection: Connection, task_id: str | None) -> None:
    """Give the minutes of an order back that ended without a result."""
    if task_id is not None:
        connection.execute(budget_charges.delete().where(budget_charges.c.id == task_id))


def charge_upload(connection: Connection, task_id: str, account_id: str, size: int | None) -> None:
    """Charge the account with the bytes of a recording that came."""
    _charge(connection, task_id, account_id, upload_bytes=size or 0)


def _charge(
    connection: Connection, charge_id: str, account_id: str, *, minutes: int = 0, upload_bytes: int = 0
) -> None:
    insert_once(
        connection,
        budget_charges,
        id=charge_id,
        account_id=account_id,
        month=month_of(time_of(connection)),
        minutes=minutes,
        upload_bytes=upload_bytes,
    )


def sweep(connection: Connection, before: datetime) -> int:
    """Forget the months before that of `before`; return how many rows that were."""
    old: sa.ColumnElement[bool] = budget_charges.c.month < month_of(before)
    return connection.execute(budget_charges.delete().where(old)).rowcount
