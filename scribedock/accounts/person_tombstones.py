"""What is left of persons that are removed, alone or with their account: the name, for the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.session_ends import end_keys
from scribedock.db.engine import time_of
from scribedock.db.tables import (
    api_keys,
    person_links,
    persons,
    recovery_codes,
    second_factors,
    sign_in_steps,
    web_sessions,
)


def bury_persons(connection: Connection, wanted: sa.ColumnElement[bool]) -> None:
    """Remove the persons that meet the condition, within a transaction: what could open a session is gone."""
    now = time_of(connection)
    found = list(
        connection.execute(sa.select(persons.c.id).where(wanted, persons.c.deleted.is_(None))).scalars()
    )
    if not found:
        return
    connection.execute(
        persons.update()
        .where(persons.c.id.in_(found))
        .values(
            deleted=now,
            disabled=sa.func.coalesce(persons.c.disabled, now),
            email="",
            login=None,
            password_hash=None,
            issuer=None,
            subject=None,
        )
    )
    for table in (web_sessions, person_links, sign_in_steps, recovery_codes, second_factors):
        connection.execute(table.delete().where(table.c.person_id.in_(found)))
    end_keys(connection, api_keys.c.person_id.in_(found))
