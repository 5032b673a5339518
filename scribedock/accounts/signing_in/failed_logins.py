"""Failed logins as the audit log has them: counted by minute, name and address.

Failing on purpose must neither fill the disk nor hide other entries, so only a few rows are written each
minute, and few are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import accounts, failed_logins, persons

ROWS_PER_MINUTE = 20  # further failures are counted in one row without name and address
MAX_ROWS = 10_000
MAX_ADDRESS_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class FailedLogin:
    minute: datetime
    username: str  # empty: nobody has the name, which is not stored, because people type passwords there
    address: str  # empty: several addresses
    times: int


class FailedLogins:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, username: str, address: str) -> None:
        """Record a failed login."""
        minute = self._database.clock.now().replace(second=0, microsecond=0)
        of_minute = failed_logins.c.minute == minute
        with self._database.stamp() as connection:
            known = connection.execute(
                sa.union_all(
                    sa.select(accounts.c.username).where(accounts.c.username == username),
                    sa.select(persons.c.login).where(persons.c.login == username.lower()),
                )
            ).scalar()
            key = {"minute": minute, "username": known or "", "address": address[:MAX_ADDRESS_LENGTH]}
            if connection.execute(sa.select(failed_logins.c.times).where(*_is(key))).first() is None:
                count = sa.select(sa.func.count()).where(of_minute)
                if connection.execute(count).scalar_one() >= ROWS_PER_MINUTE:
                    key |= {"username": "", "address": ""}
                insert_once(connection, failed_logins, **key, times=0)
            connection.execute(
                failed_logins.update().where(*_is(key)).values(times=failed_logins.c.times + 1)
            )

    def newest(
        self, *, username: str | None = None, since: datetime | None = None, limit: int
    ) -> Sequence[FailedLogin]:
        """Return the newest failed logins that pass every filter, newest first."""
        query = sa.select(failed_logins).order_by(failed_logins.c.minute.desc()).limit(limit)
        if username is not None:
            query = query.where(failed_logins.c.username == username)
        if since is not None:
            query = query.where(failed_logins.c.minute >= since.replace(second=0, microsecond=0))
        with self._database.read() as connection:
            return [
                FailedLogin(minute=row.minute, username=row.username, address=row.address, times=row.times)
                for row in connection.execute(query)
            ]

    def sweep(self, older_than: datetime) -> int:
        """Remove older rows, and minutes beyond the newest `MAX_ROWS`; return how many."""
        newest_first = sa.select(failed_logins.c.minute).order_by(failed_logins.c.minute.desc())
        with self._database.stamp() as connection:
            beyond = connection.execute(newest_first.offset(MAX_ROWS).limit(1)).scalar()
            last = older_than if beyond is None else max(older_than, beyond)
            return connection.execute(failed_logins.delete().where(failed_logins.c.minute <= last)).rowcount


def _is(key: Mapping[str, object]) -> list[sa.ColumnElement[bool]]:
    return [failed_logins.c[name] == value for name, value in key.items()]
