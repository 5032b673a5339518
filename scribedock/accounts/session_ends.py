"""Which sessions end with an account or its password: the API's, and those of its persons' browsers."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import time_of
from scribedock.db.tables import api_keys, person_links, persons, sessions, web_sessions


def end_sessions(connection: Connection, account_ids: Collection[str]) -> None:
    """End every session of these accounts and their persons, and the links that were mailed to these."""
    connection.execute(sessions.delete().where(sessions.c.account_id.in_(account_ids)))
    of_accounts = sa.select(persons.c.id).where(persons.c.account_id.in_(account_ids))
    connection.execute(web_sessions.delete().where(web_sessions.c.person_id.in_(of_accounts)))
    connection.execute(person_links.delete().where(person_links.c.account_id.in_(account_ids)))


def end_password_sessions(connection: Connection, account_id: str, *, keep: str = "") -> None:
    """End what the account's own password has opened, except the session with the fingerprint `keep`.

    Sessions of API keys continue: machines keep those for days, and they end with their key.
    """
    connection.execute(
        sessions.delete().where(
            sessions.c.account_id == account_id,
            sessions.c.api_key_id.is_(None),
            sessions.c.fingerprint != keep,
        )
    )
    end_web_sessions(connection, account_id, keep=keep)  # the person with the account's id


def end_web_sessions(connection: Connection, person_id: str, *, keep: str = "") -> int:
    """End the person's sessions, except the one with the fingerprint `keep`, and links for a new password.

    Returns how many sessions ended.
    """
    connection.execute(person_links.delete().where(person_links.c.person_id == person_id))
    return connection.execute(
        web_sessions.delete().where(web_sessions.c.person_id == person_id, web_sessions.c.fingerprint != keep)
    ).rowcount


def end_keys(connection: Connection, keys: sa.ColumnElement[bool]) -> None:
    """End these API keys now, with their sessions; they stay in the list."""
    now = time_of(connection)
    # Before the sessions: a login with the key comes before, or fails.
    living = sa.or_(api_keys.c.ends.is_(None), api_keys.c.ends > now)
    connection.execute(api_keys.update().where(keys, living).values(ends=now))
    of_keys = sa.select(api_keys.c.id).where(keys)
    connection.execute(sessions.delete().where(sessions.c.api_key_id.in_(of_keys)))
