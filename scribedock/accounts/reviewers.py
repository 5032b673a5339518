"""Whose jobs an account with the reviewer's right may review: those of its parent and all below that.

So a reviewer below the root reviews for everybody, and one below a customer for that customer alone.
In a sandbox, where nobody is paid for it, every account may review its own jobs and those of all below it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY, Account, Accounts
from scribedock.accounts.sandboxes import Sandboxes
from scribedock.db.tables import accounts
from scribedock.errors import AccountUnprivileged


class Reviewers:
    def __init__(self, accounts: Accounts, sandboxes: Sandboxes) -> None:
        self._accounts = accounts
        self._sandboxes = sandboxes

    def scope(self, account: Account) -> frozenset[str]:
        """The accounts whose jobs it may review. Raises AccountUnprivileged without the right."""
        if not account.reviewer:
            if self._sandboxes.cover(account):
                return self._accounts.family(account)
            raise AccountUnprivileged
        above = self._accounts.by_id(account.parent_id) if account.parent_id else None
        return self._accounts.family(above or account)


def is_reviewed(connection: Connection, account_id: str) -> bool:
    """Whether anybody reviews the jobs of the account."""
    found = connection.execute(
        sa.select(accounts.c.id)
        .where(
            accounts.c.reviewer.is_(True),
            accounts.c.disabled.is_(None),
            sa.or_(accounts.c.parent_id.in_(ANCESTRY), accounts.c.parent_id.is_(None)),
        )
        .limit(1),
        {"id": account_id},
    ).first()
    return found is not None
