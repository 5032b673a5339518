"""Sign-ins that are half done: a browser that has proven a password, or waits for a provider's answer.

A step is over after some minutes, and when it is done. What a proven password leads to is kept in the
database, and the browser has a token in a cookie. Anybody can begin to sign in through a provider, so nothing
is kept of that: the browser itself has what is needed then, sealed, so that it can neither read nor change
any of it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from scribedock.accounts.api_keys import fingerprint
from scribedock.clock import Clock
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import sign_in_steps
from scribedock.errors import InvalidQuery

TOKEN_BYTES = 32
STEP_LIFE = timedelta(minutes=10)


class StepOver(InvalidQuery):
    """This sign-in was begun in another browser, or took too long."""

    status = 403

    def __init__(self) -> None:
        super().__init__("This sign-in was begun in another browser, or took too long; begin again")


@dataclass(frozen=True, kw_only=True)
class ProvenStep:
    """Somebody who has proven the password, and has to give a code."""

    person_id: str
    password_hash: str
    target: str  # the page that is wanted afterwards


class SignInSteps:
    """Sign-ins between the password and the second factor."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, step: ProvenStep) -> str:
        """Keep what was proven; return the browser's token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        details = {"password_hash": step.password_hash, "target": step.target}
        with self._database.write() as connection:
            connection.execute(
                sign_in_steps.insert().values(
                    fingerprint=fingerprint(token),
                    person_id=step.person_id,
                    details=json.dumps(details),
                    ends=time_of(connection) + STEP_LIFE,
                )
            )
        return token

    def find_step(self, token: str) -> ProvenStep:
        """Return what was proven. Raises StepOver."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(sign_in_steps).where(*self._is(token))).first()
        if row is None:
            raise StepOver
        return ProvenStep(person_id=row.person_id, **json.loads(row.details))

    def end(self, token: str) -> None:
        """End the step, once. Raises StepOver where it is over already."""
        with self._database.write() as connection:
            if not connection.execute(sign_in_steps.delete().where(*self._is(token))).rowcount:
                raise StepOver

    def sweep(self) -> int:
        """Remove what has expired; return how many."""
        with self._database.stamp() as connection:
            expired = sign_in_steps.c.ends <= time_of(connection)
            return connection.execute(sign_in_steps.delete().where(expired)).rowcount

    def _is(self, token: str) -> list[sa.ColumnElement[bool]]:
        return [
            sign_in_steps.c.fingerprint == fingerprint(token),
            sign_in_steps.c.ends > self._database.clock.now(),
        ]


class SealedSteps:
    """Sign-ins that wait for a provider. Its codes are good once; the browser forgets the step then."""

    def __init__(self, encryption: Fernet, clock: Clock) -> None:
        self._encryption = encryption
        self._clock = clock

    def seal(self, details: Mapping[str, str]) -> str:
        """Return what the browser keeps."""
        content = json.dumps(dict(details)).encode()
        return self._encryption.encrypt_at_time(content, self._now()).decode()

    def open(self, sealed: str) -> Mapping[str, str]:
        """Return the details of a step. Raises StepOver."""
        try:
            life_s = int(STEP_LIFE.total_seconds())
            content = self._encryption.decrypt_at_time(sealed.encode(), life_s, self._now())
            found: Mapping[str, str] = json.loads(content)
        except (InvalidToken, ValueError):
            raise StepOver from None
        if not isinstance(found, dict) or "state" not in found:  # an API key is sealed with the same key
            raise StepOver
        return found

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
