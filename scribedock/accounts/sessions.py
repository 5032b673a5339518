"""Sessions: what an `api_token` stands for, until it has not been used for too long."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from scribedock.accounts.api_keys import fingerprint
from scribedock.accounts.scopes import KeyScope
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import accounts, api_keys, sessions
from scribedock.db.utc_time import UtcTime
from scribedock.errors import BadApiToken

STAMP_INTERVAL = timedelta(minutes=1)


class Dialect(StrEnum):
    """One of the two ways in which clients speak the API, remembered by the session."""

    CLASSIC = "classic"
    OPENAPI = "openapi"


@dataclass(frozen=True, kw_only=True)
class Session:
    fingerprint: str
    account_id: str
    dialect: Dialect
    scope: KeyScope = KeyScope.ALL


# Built once: every call begins with it.
SELECT_BY_FINGERPRINT = sa.select(
    sessions.c.account_id,
    sessions.c.api_key_id,
    sessions.c.dialect,
    sessions.c.last_used,
    sessions.c.idle_s,
    sessions.c.scope,
    sessions.c.ends,
).where(sessions.c.fingerprint == sa.bindparam("fingerprint"))


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open_with_password(
        self, account_id: str, password_hash: str, *, idle_s: int, dialect: Dialect
    ) -> str | None:
        """Open a session; return its api_token, 32 hex digits.

        Returns None where the account's password has changed in the meantime or the account is disabled.
        """
        # The row is locked by the transaction: a change of password comes before it, or ends the session.
        no_end = sa.literal(None, UtcTime)
        holding = sa.select(sa.literal(KeyScope.ALL.value).label("scope"), no_end.label("ends")).where(
            accounts.c.id == account_id,
            accounts.c.password_hash == password_hash,
            accounts.c.disabled.is_(None),
        )
        return self._open(holding.with_for_update(read=True), account_id, None, idle_s, dialect)

    def open_with_key(self, account_id: str, key_id: str, *, idle_s: int, dialect: Dialect) -> str | None:
        """Open a session with an API key, of its scope; return its api_token.

        Returns None where the key was removed or has ended, or its account is disabled.
        """
        now = self._database.clock.now()
        holding = (
            sa.select(api_keys.c.scope, api_keys.c.ends)
            .join(accounts, accounts.c.id == api_keys.c.account_id)
            .where(
                api_keys.c.id == key_id,
                accounts.c.disabled.is_(None),
                sa.or_(api_keys.c.ends.is_(None), api_keys.c.ends > now),
            )
        )
        return self._open(holding.with_for_update(read=True), account_id, key_id, idle_s, dialect)

    def _open(
        self,
        holding: sa.Select[Any, Any],
        account_id: str,
        key_id: str | None,
        idle_s: int,
        dialect: Dialect,
    ) -> str | None:
        token = uuid.uuid4().hex
        now = self._database.clock.now()
        with self._database.write() as connection:
            held = connection.execute(holding).first()
            if held is None:
                return None
            if key_id is not None:
                connection.execute(api_keys.update().where(api_keys.c.id == key_id).values(last_used=now))
            connection.execute(
                sessions.insert().values(
                    fingerprint=fingerprint(token),
                    account_id=account_id,
                    api_key_id=key_id,
                    dialect=dialect.value,
                    created=now,
                    last_used=now,
                    idle_s=idle_s,
                    scope=held.scope,
                    ends=held.ends,
                )
            )
        return token

    def keep(self, token: str, account_id: str, *, idle_s: int) -> None:
        """Open a session with a token that is known beforehand, unless it is already open."""
        now = self._database.clock.now()
        with self._database.write() as connection:
            insert_once(
                connection,
                sessions,
                fingerprint=fingerprint(token),
                account_id=account_id,
                dialect=Dialect.CLASSIC.value,
                created=now,
                last_used=now,
                idle_s=idle_s,
            )

    def use(self, token: str) -> Session:
        """Return the session of this token and extend its life. Raises BadApiToken."""
        key = fingerprint(token.replace("-", "").lower())
        now = self._database.clock.now()
        with self._database.read() as connection:
            row = connection.execute(SELECT_BY_FINGERPRINT, {"fingerprint": key}).first()
        if row is None:
            raise BadApiToken
        life = timedelta(seconds=row.idle_s)
        if _is_over(row, now):
            self.close(key)
            raise BadApiToken
        if now - row.last_used > min(STAMP_INTERVAL, life / 4):
            with self._database.stamp() as connection:
                connection.execute(
                    sessions.update().where(sessions.c.fingerprint == key).values(last_used=now)
                )
                if row.api_key_id is not None:
                    connection.execute(
                        api_keys.update().where(api_keys.c.id == row.api_key_id).values(last_used=now)
                    )
        return Session(
            fingerprint=key,
            account_id=row.account_id,
            dialect=Dialect(row.dialect),
            scope=KeyScope(row.scope),
        )

    def is_open(self, key: str) -> bool:
        """Return whether the session with this fingerprint is open, without extending its life."""
        now = self._database.clock.now()
        with self._database.read() as connection:
            row = connection.execute(SELECT_BY_FINGERPRINT, {"fingerprint": key}).first()
        return row is not None and not _is_over(row, now)

    def close(self, key: str) -> None:
        """End the session with this fingerprint."""
        with self._database.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.fingerprint == key))

    def sweep(self) -> int:
        """Remove expired sessions; return how many."""
        now = self._database.clock.now()
        with self._database.read() as connection:
            dead = [
                row.fingerprint
                for row in connection.execute(
                    sa.select(
                        sessions.c.fingerprint, sessions.c.last_used, sessions.c.idle_s, sessions.c.ends
                    )
                )
                if _is_over(row, now)
            ]
        with self._database.write() as connection:
            for key in dead:
                connection.execute(sessions.delete().where(sessions.c.fingerprint == key))
        return len(dead)


def _is_over(row: Any, now: datetime) -> bool:
    idle = now - row.last_used > timedelta(seconds=row.idle_s)
    return idle or (row.ends is not None and row.ends <= now)
