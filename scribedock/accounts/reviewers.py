"""Whose jobs a reviewer may review: those of the reviewer's parent and all accounts below it.

So a reviewer below the root reviews for everybody, and one below a customer for that customer alone. In a
sandbox, where nobody is paid for it, every account may review sandbox jobs of its own and of all accounts
below it; real jobs from before it was marked are reviewed by those who have the right.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY, Account, Accounts
from scribedock.accounts.sandboxes import Sandboxes
from scribedock.db.tables import accounts
from scribedock.errors import AccountUnprivileged


@dataclass(frozen=True, kw_only=True)
class ReviewScope:
    """The accounts whose jobs an account may review."""

    account_ids: frozenset[str]
    sandbox_only: bool = False


class Reviewers:
    def __init__(self, accounts: Accounts, sandboxes: Sandboxes) -> None:
        self._accounts = accounts
        self._sandboxes = sandboxes

    def scope(self, account: Account) -> ReviewScope:
        """Return the accounts whose jobs this one may review.

        Raises AccountUnprivileged without the right.
        """
        if not account.reviewer:
            if self._sandboxes.cover(account):
                return ReviewScope(account_ids=self._accounts.visible_accounts(account), sandbox_only=True)
            raise AccountUnprivileged
        above = self._accounts.by_id(account.parent_id) if account.parent_id else None
        return ReviewScope(account_ids=self._accounts.visible_accounts(above or account))


def is_reviewed(connection: Connection, account_id: str) -> bool:
    """Return whether anybody reviews the jobs of the account."""
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
