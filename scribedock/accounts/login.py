"""Login: the same answer in the same time for every failure, and a limit on repeated ones."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from scribedock.accounts.accounts import Accounts
from scribedock.accounts.api_keys import ApiKeys
from scribedock.accounts.passwords import matches
from scribedock.accounts.sessions import Dialect, Sessions
from scribedock.clock import utc_now
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import login_failures
from scribedock.errors import AccountUnprivileged, InvalidQuery, LoginInvalid
from scribedock.settings import Settings

# One name from anywhere, or any names from one address, may fail so many times more
# than one name from one address: guessing is slowed without locking an owner out.
WIDER = 10


class Login:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        api_keys: ApiKeys,
        sessions: Sessions,
        settings: Settings,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._api_keys = api_keys
        self._sessions = sessions
        self._settings = settings

    def with_password(self, username: str, password: str, *, address: str, dialect: Dialect) -> str:
        """Opens a session; returns its api_token. Raises LoginInvalid, or InvalidQuery (429)."""
        subjects = self._subjects(username, address)
        self._refuse_throttled(subjects)
        found = self._accounts.password_hash(username)
        if not matches(password, found[1] if found else None) or found is None:
            self._count(subjects)
            raise LoginInvalid("Wrong user name or password")
        self._forget(subjects)
        return self._sessions.open(found[0], idle_s=self._settings.session_idle_s, dialect=dialect)

    def with_key(self, username: str | None, key: str, *, address: str, dialect: Dialect) -> str:
        """The same with a securekey. An unknown key is AccountUnprivileged, as the original answers."""
        subjects = self._subjects(username or "", address)
        self._refuse_throttled(subjects)
        owner = self._api_keys.owner(key.replace("-", "").lower())
        if owner is None or (username and username != owner.username):
            self._count(subjects)
            raise AccountUnprivileged
        self._forget(subjects)
        return self._sessions.open(
            owner.account_id,
            idle_s=self._settings.key_session_idle_s,
            dialect=dialect,
            api_key_id=owner.key_id,
        )

    def _subjects(self, username: str, address: str) -> dict[str, int]:
        """What is counted, each with the number of failures that throttle it."""
        limit = self._settings.login_failures
        return {
            _digest("both", username, address): limit,
            _digest("name", username): limit * WIDER,
            _digest("address", address): limit * WIDER,
        }

    def _refuse_throttled(self, subjects: dict[str, int]) -> None:
        now = utc_now()
        pause = timedelta(seconds=self._settings.login_throttle_s)
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(login_failures).where(login_failures.c.subject.in_(subjects))
            ).all()
        for row in rows:
            wait = row.last_failure + pause - now
            if row.failures >= subjects[row.subject] and wait > timedelta(0):
                seconds = int(wait.total_seconds()) + 1
                raise InvalidQuery(
                    f"Too many failed logins; try again in {seconds} seconds",
                    status=429,
                    headers={"Retry-After": str(seconds)},
                )

    def _count(self, subjects: dict[str, int]) -> None:
        now = utc_now()
        stale = now - timedelta(seconds=self._settings.login_throttle_s)
        with self._database.stamp() as connection:
            for subject in sorted(subjects):
                insert_once(connection, login_failures, subject=subject, failures=0, last_failure=now)
                connection.execute(
                    login_failures.update()
                    .where(login_failures.c.subject == subject)
                    .values(
                        failures=sa.case(
                            (login_failures.c.last_failure < stale, 1), else_=login_failures.c.failures + 1
                        ),
                        last_failure=now,
                    )
                )

    def _forget(self, subjects: dict[str, int]) -> None:
        """A success clears the name from this address; the wider counts run out by themselves."""
        narrow = next(iter(subjects))
        with self._database.read() as connection:
            counted = connection.execute(
                sa.select(login_failures.c.subject).where(login_failures.c.subject == narrow)
            ).first()
        if counted is not None:
            with self._database.stamp() as connection:
                connection.execute(login_failures.delete().where(login_failures.c.subject == narrow))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
