"""The names of the accounts that an account sees, for a person to choose from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import SUBTREE
from scribedock.db.tables import accounts


def visible_usernames(connection: Connection, account_id: str, *, limit: int) -> list[str]:
    """Return the names of the account and its descendants, sorted; of more than `limit`, its own alone."""
    names = (
        sa.select(accounts.c.username)
        .where(accounts.c.id.in_(SUBTREE), accounts.c.deleted.is_(None))
        .order_by(accounts.c.username)
    )
    found = list(connection.execute(names.limit(limit + 1), {"id": account_id}).scalars())
    if len(found) <= limit:
        return found
    return list(connection.execute(names.where(accounts.c.id == account_id), {"id": account_id}).scalars())
