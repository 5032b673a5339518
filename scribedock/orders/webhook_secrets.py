"""The secrets that callbacks are signed with, so that a receiver knows who calls.

What is signed where a call has no body, as that of a callback, is our own rule: the request target, which
carries what the callback says. For the rest see `webhooks.signing`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY, PARENTS
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import webhook_secrets
from scribedock.webhooks.signing import new_secret


@dataclass(frozen=True, kw_only=True)
class WebhookSecret:
    secret: str
    created: datetime
    ends: datetime | None  # when it signs no more; None: it is not replaced yet


class WebhookSecrets:
    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, account_id: str, *, overlap: timedelta) -> str:
        """Give the account a new secret and return it; the ones before it go on signing for `overlap`."""
        secret = new_secret()
        with self._database.write() as connection:
            now = time_of(connection)
            _end(connection, account_id, now + overlap)
            connection.execute(
                webhook_secrets.delete().where(
                    webhook_secrets.c.account_id == account_id, webhook_secrets.c.ends <= now
                )
            )
            connection.execute(
                webhook_secrets.insert().values(
                    id=uuid.uuid4().hex, account_id=account_id, secret=secret, created=now
                )
            )
        return secret

    def remove(self, account_id: str) -> None:
        """Take all secrets from the account: those of its nearest ancestor that has any count then."""
        with self._database.write() as connection:
            connection.execute(webhook_secrets.delete().where(webhook_secrets.c.account_id == account_id))

    def secrets_of(self, account_id: str) -> list[WebhookSecret]:
        """Return the account's own secrets that sign now, the newest first."""
        with self._database.read() as connection:
            return [_secret(row) for row in _signing(connection, webhook_secrets.c.account_id == account_id)]

    def signing(self, account_id: str) -> list[str]:
        """Return the secrets that sign an account's callbacks: its own, or its nearest ancestor's."""
        with self._database.read() as connection:
            rows = _signing(connection, webhook_secrets.c.account_id.in_(ANCESTRY), id=account_id)
            if not rows:
                return []
            parents = {row.id: row.parent_id for row in connection.execute(PARENTS, {"id": account_id})}
        holders = {row.account_id for row in rows}
        nearest = account_id
        while nearest not in holders:
            nearest = parents[nearest]
        return [row.secret for row in rows if row.account_id == nearest]


def _signing(
    connection: Connection, condition: sa.ColumnElement[bool], **parameters: str
) -> Sequence[sa.Row[Any]]:
    """Return the rows of secrets that sign now, the newest first."""
    return connection.execute(
        sa.select(webhook_secrets)
        .where(
            condition,
            sa.or_(webhook_secrets.c.ends.is_(None), webhook_secrets.c.ends > time_of(connection)),
        )
        .order_by(webhook_secrets.c.created.desc()),
        parameters,
    ).all()


def _secret(row: sa.Row[Any]) -> WebhookSecret:
    return WebhookSecret(secret=row.secret, created=row.created, ends=row.ends)


def _end(connection: Connection, account_id: str, ends: datetime) -> None:
    connection.execute(
        webhook_secrets.update()
        .where(
            webhook_secrets.c.account_id == account_id,
            sa.or_(webhook_secrets.c.ends.is_(None), webhook_secrets.c.ends > ends),
        )
        .values(ends=ends)
    )
