"""The tries of calls that this server owes others: callbacks, and events that are posted.

Both wait in their row of work between two tries; see `work`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import insert_once
from scribedock.dispatch.work import finish, postpone


@dataclass(frozen=True, kw_only=True)
class DeliveryTry:
    """One try of a call."""

    number: int  # from 1
    at: datetime
    http_status: int | None  # that it was answered with, if it was
    problem: str  # empty after a success
    duration_ms: int


class TryLog:
    """The tries of one kind of call, in a table of its own."""

    def __init__(self, owed: sa.Table, tries: sa.Table, *, prefix: str = "") -> None:
        """owed: the table of the calls, with `id` and `status`. prefix: of the ids of their work."""
        self._owed = owed
        self._tries = tries
        (self._of,) = (column for column in tries.columns if column.foreign_keys)
        self._prefix = prefix

    def record(
        self,
        connection: Connection,
        call_id: str,
        made: DeliveryTry,
        *,
        end: str | None = None,
        again: datetime | None = None,
    ) -> bool:
        """Record a try, and what follows from it: this status at the end, or another try at `again`.

        Return False, and record nothing, where the call was deleted with its job meanwhile.
        """
        kept = sa.select(self._owed.c.id).where(self._owed.c.id == call_id)
        if connection.execute(kept.with_for_update(key_share=True)).first() is None:
            finish(connection, self._prefix + call_id)
            return False
        insert_once(connection, self._tries, **{self._of.name: call_id}, **asdict(made))
        if end is not None:
            self.end(connection, call_id, end)
        if again is not None:
            postpone(connection, self._prefix + call_id, again)
        return True

    def end(self, connection: Connection, call_id: str, status: str) -> None:
        """End the call without another try."""
        connection.execute(self._owed.update().where(self._owed.c.id == call_id).values(status=status))
        finish(connection, self._prefix + call_id)

    def tries(self, connection: Connection, call_id: str) -> list[DeliveryTry]:
        """Return the tries of the call, oldest first."""
        query = sa.select(self._tries).where(self._of == call_id).order_by(self._tries.c.number)
        return [
            DeliveryTry(
                number=row.number,
                at=row.at,
                http_status=row.http_status,
                problem=row.problem,
                duration_ms=row.duration_ms,
            )
            for row in connection.execute(query)
        ]
