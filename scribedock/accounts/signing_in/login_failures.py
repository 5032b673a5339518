"""Failed logins: how long the next one must wait, and which is refused.

A name that fails is slowed down, never refused: otherwise anybody could lock any account out. An address that
fails often is refused for a while: with the same name soon, with any name later. An address that is no
evidence of the sender is never refused for failures.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from scribedock.accounts.client_address import ClientAddress
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import login_failures
from scribedock.errors import InvalidQuery
from scribedock.settings import Settings

# One address may fail this many times as often as one name, before it is refused for all names.
ADDRESS_LIMIT_FACTOR = 10
FIRST_DELAY_S = 0.25
MAX_DELAY_S = 5.0


class LoginFailures:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._limit = settings.login_failures
        self._pause = timedelta(seconds=settings.login_throttle_s)

    def check(self, username: str, client: ClientAddress) -> None:
        """Raise InvalidQuery (429, with Retry-After) where the address has failed too often."""
        limits = self._limits(username, client)
        counted = self._counted(list(limits))
        now = self._database.clock.now()
        for subject, limit in limits.items():
            failures, last = counted.get(subject, (0, now))
            wait = last + self._pause - now
            if failures >= limit and wait > timedelta(0):
                seconds = int(wait.total_seconds()) + 1
                raise InvalidQuery(
                    f"Too many failed logins from your address; try again in {seconds} seconds",
                    status=429,
                    headers={"Retry-After": str(seconds)},
                )

    def delay_s(self, username: str, *, others: int) -> float:
        """Return the seconds that a login with this name waits before its password is checked.

        The delay doubles with each failure beyond `SCRIBEDOCK_LOGIN_FAILURES`. Where the name has failed, the
        `others` in progress with the same name count as failures too, so that sending many at once gains
        nothing.
        """
        name = _digest("name", username)
        failures, last = self._counted([name]).get(name, (0, self._database.clock.now()))
        if not failures or last + self._pause < self._database.clock.now():
            return 0
        beyond = failures + others - self._limit
        return 0 if beyond < 0 else min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** min(beyond, 10))

    def count(self, username: str, client: ClientAddress, *, by_name: bool = True) -> None:
        """Count a failure against the address, and with `by_name` against the name from any address."""
        now = self._database.clock.now()
        stale = now - self._pause
        subjects = sorted([*self._limits(username, client), *([_digest("name", username)] * by_name)])
        with self._database.stamp() as connection:
            for subject in subjects:
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

    def forget(self, username: str, client: ClientAddress) -> None:
        """Forget the failures of this name from this address; wider counts expire by themselves."""
        narrow = _digest("both", username, client.network)
        if self._counted([narrow]):
            with self._database.stamp() as connection:
                connection.execute(login_failures.delete().where(login_failures.c.subject == narrow))

    def sweep(self) -> int:
        """Remove expired counts; return how many."""
        with self._database.stamp() as connection:
            return connection.execute(
                login_failures.delete().where(
                    login_failures.c.last_failure < time_of(connection) - self._pause
                )
            ).rowcount

    def _limits(self, username: str, client: ClientAddress) -> dict[str, int]:
        """Return the counters of the address, each with the number of failures at which it refuses."""
        if not client.is_evidence:
            return {}
        return {
            _digest("both", username, client.network): self._limit,
            _digest("address", client.network): self._limit * ADDRESS_LIMIT_FACTOR,
        }

    def _counted(self, subjects: list[str]) -> dict[str, tuple[int, datetime]]:
        if not subjects:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(login_failures).where(login_failures.c.subject.in_(subjects))
            ).all()
        return {row.subject: (row.failures, row.last_failure) for row in rows}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
