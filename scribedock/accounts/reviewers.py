"""Whose jobs an account with the reviewer's right may review: those of its parent and all below that.

So a reviewer below the root reviews for everybody, and one below a customer for that customer alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import Account, Accounts
from scribedock.db.tables import accounts
from scribedock.errors import AccountUnprivileged


class Reviewers:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def scope(self, account: Account) -> frozenset[str]:
        """The accounts whose jobs it may review. Raises AccountUnprivileged without the right."""
        if not account.reviewer:
            raise AccountUnprivileged
        above = self._accounts.by_id(account.parent_id) if account.parent_id else None
        return self._accounts.family(above or account)


def is_reviewed(connection: Connection, account_id: str) -> bool:
    """Whether anybody reviews the jobs of the account."""
    above = (
        sa.select(accounts.c.id, accounts.c.parent_id)
        .where(accounts.c.id == account_id)
        .cte("above", recursive=True)
    )
    above = above.union(
        sa.select(accounts.c.id, accounts.c.parent_id).join(above, above.c.parent_id == accounts.c.id)
    )
    chain = sa.select(above.c.id)
    found = connection.execute(
        sa.select(accounts.c.id)
        .where(
            accounts.c.reviewer.is_(True),
            accounts.c.disabled.is_(None),
            sa.or_(accounts.c.parent_id.in_(chain), accounts.c.parent_id.is_(None)),
        )
        .limit(1)
    ).first()
    return found is not None
