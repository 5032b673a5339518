"""Web sessions: what the cookie of a browser stands for.

A session ends after a time without a request, at the latest some hours after it began, and at once with its
person or account, with a new password, or when it is closed. Of its token only the SHA-256 is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.api_keys import fingerprint
from scribedock.accounts.session_ends import end_web_sessions
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, persons, web_sessions
from scribedock.errors import ErrorType, ScribedockError
from scribedock.persons.person import Person, person_of
from scribedock.persons.persons import SELECT, insert_owner
from scribedock.persons.signing_in import ProvenPerson
from scribedock.settings import Settings

TOKEN_BYTES = 32
STAMP_INTERVAL = timedelta(minutes=1)
_CSRF = b"scribedock CSRF token"


class NotSignedIn(ScribedockError):
    """The browser has no session, or its session has ended."""

    error_type = ErrorType.BAD_API_TOKEN
    status = 401

    def __init__(self) -> None:
        super().__init__("You are not signed in, or your session has ended; sign in again")


@dataclass(frozen=True, kw_only=True)
class WebSession:
    fingerprint: str
    person: Person
    created: datetime
    idle_s: int  # after how long without a request it ends
    idle_ends: datetime  # unless it is used before
    ends: datetime  # however much it is used
    csrf_token: str  # what a page sends back to show that it is ours


class WebSessions:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._idle_s = settings.web_session_idle_s
        self._longest = timedelta(seconds=settings.web_session_max_s)

    def open(self, proven: ProvenPerson) -> str | None:
        """Open a session; return its token, which nobody can have known before.

        Returns None where the password has changed in the meantime, or person or account are disabled.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._database.write() as connection:
            if not _still_holds(connection, proven):
                return None
            now = time_of(connection)
            connection.execute(
                persons.update().where(persons.c.id == proven.person_id).values(last_sign_in=now)
            )
            connection.execute(
                web_sessions.insert().values(
                    fingerprint=fingerprint(token),
                    person_id=proven.person_id,
                    created=now,
                    last_used=now,
                    idle_s=self._idle_s,
                    ends=now + self._longest,
                )
            )
        return token

    def use(self, token: str, *, extend: bool = True) -> WebSession:
        """Return the session of this token. Raises NotSignedIn.

        extend: whether this is something that the person did; what a page does by itself, as to ask for
        progress, must not keep the session alive.
        """
        key = fingerprint(token)
        now = self._database.clock.now()
        query = SELECT.add_columns(
            web_sessions.c.last_used,
            web_sessions.c.idle_s,
            web_sessions.c.ends,
            web_sessions.c.created.label("opened"),
        ).join(web_sessions, web_sessions.c.person_id == persons.c.id)
        with self._database.read() as connection:
            row = connection.execute(query.where(web_sessions.c.fingerprint == key)).first()
        if row is None:
            raise NotSignedIn
        idle = timedelta(seconds=row.idle_s)
        is_over = now - row.last_used > idle or now >= row.ends
        if is_over or row.disabled is not None or row.deleted is not None or row.closed is not None:
            self.close(key)
            raise NotSignedIn
        last_used = row.last_used
        if extend and now - last_used > min(STAMP_INTERVAL, idle / 4):
            with self._database.stamp() as connection:
                connection.execute(
                    web_sessions.update().where(web_sessions.c.fingerprint == key).values(last_used=now)
                )
            last_used = now
        return WebSession(
            fingerprint=key,
            person=person_of(row),
            created=row.opened,
            idle_s=self._idle_s,
            idle_ends=min(last_used + idle, row.ends),
            ends=row.ends,
            csrf_token=csrf_token(token),
        )

    def close(self, key: str) -> None:
        """End the session with this fingerprint."""
        with self._database.write() as connection:
            connection.execute(web_sessions.delete().where(web_sessions.c.fingerprint == key))

    def close_token(self, token: str) -> None:
        """End the session with this token, if there is one."""
        self.close(fingerprint(token))

    def others_of(self, session: WebSession) -> int:
        """Return how many other sessions the person has, as far as they have not expired."""
        now = self._database.clock.now()
        query = sa.select(web_sessions).where(
            web_sessions.c.person_id == session.person.id,
            web_sessions.c.fingerprint != session.fingerprint,
            web_sessions.c.ends > now,
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return sum(now - row.last_used <= timedelta(seconds=row.idle_s) for row in rows)

    def close_all_of(self, person: Person, *, keep: str = "") -> int:
        """End the person's sessions, except the one with the fingerprint `keep`; return how many."""
        with self._database.write() as connection:
            return end_web_sessions(connection, person.id, keep=keep)

    def sweep(self) -> int:
        """Remove expired sessions; return how many."""
        now = self._database.clock.now()
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(
                    web_sessions.c.fingerprint,
                    web_sessions.c.last_used,
                    web_sessions.c.idle_s,
                    web_sessions.c.ends,
                )
            ).all()
        dead = [
            row.fingerprint
            for row in rows
            if now - row.last_used > timedelta(seconds=row.idle_s) or now >= row.ends
        ]
        for key in dead:
            self.close(key)
        return len(dead)


def csrf_token(token: str) -> str:
    """Return what belongs to a session's token and reveals nothing of it, against forged requests."""
    return hmac.new(token.encode(), _CSRF, hashlib.sha256).hexdigest()


def _still_holds(connection: Connection, proven: ProvenPerson) -> bool:
    """Lock what the proof is about, and return whether it is still right."""
    is_account = connection.execute(
        sa.select(accounts.c.id)
        .where(
            accounts.c.id == proven.person_id,
            accounts.c.password_hash == proven.password_hash,
            accounts.c.disabled.is_(None),
        )
        .with_for_update(read=True)
    ).first()
    if is_account is not None:
        insert_owner(connection, proven.person_id)
        return True
    # The account first, as whoever disables it does; the person as for the change that follows, because
    # two that only share the row would wait for each other.
    enabled = sa.select(accounts.c.id).where(
        accounts.c.id
        == sa.select(persons.c.account_id).where(persons.c.id == proven.person_id).scalar_subquery(),
        accounts.c.disabled.is_(None),
    )
    if connection.execute(enabled.with_for_update(read=True)).first() is None:
        return False
    query = sa.select(persons.c.id).where(
        persons.c.id == proven.person_id,
        persons.c.id != persons.c.account_id,
        persons.c.disabled.is_(None),
        persons.c.password_hash.is_(None)
        if proven.password_hash is None
        else persons.c.password_hash == proven.password_hash,
    )
    return connection.execute(query.with_for_update(key_share=True)).first() is not None
