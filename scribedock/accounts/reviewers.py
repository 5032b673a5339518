"""Whose jobs a reviewer may review: those of the reviewer's parent and all accounts below it.

So a reviewer below the root reviews for everybody, and one below a customer for that customer alone. A
person with the role of a reviewer reviews for whomever the account reviews, and where it reviews for nobody,
for the account itself and all below it. In a sandbox, where nobody is paid for it, every account may review
sandbox jobs of its own and of all accounts below it; real jobs from before it was marked are reviewed by
those who have the right.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY, Account, Accounts
from scribedock.accounts.sandboxes import Sandboxes
from scribedock.db.tables import accounts, persons
from scribedock.errors import AccountUnprivileged

REVIEWER = "reviewer"  # the role of a person, as the table has it


@dataclass(frozen=True, kw_only=True)
class ReviewScope:
    """The accounts whose jobs an account may review."""

    account_ids: frozenset[str]
    sandbox_only: bool = False


class Reviewers:
    def __init__(self, accounts: Accounts, sandboxes: Sandboxes) -> None:
        self._accounts = accounts
        self._sandboxes = sandboxes

    def scope(self, account: Account, *, as_reviewer: bool = False) -> ReviewScope:
        """Return the accounts whose jobs this one may review.

        as_reviewer: for a person with the role of a reviewer, who reviews for the own account at least.
        Raises AccountUnprivileged without the right.
        """
        if not account.reviewer:
            if as_reviewer:
                return ReviewScope(account_ids=self._accounts.visible_accounts(account))
            if self._sandboxes.cover(account):
                return ReviewScope(account_ids=self._accounts.visible_accounts(account), sandbox_only=True)
            raise AccountUnprivileged
        above = self._accounts.by_id(account.parent_id) if account.parent_id else None
        return ReviewScope(account_ids=self._accounts.visible_accounts(above or account))


def is_reviewed(connection: Connection, account_id: str) -> bool:
    """Return whether anybody reviews the jobs of the account."""
    by_accounts = sa.select(accounts.c.id).where(
        accounts.c.reviewer.is_(True),
        accounts.c.disabled.is_(None),
        sa.or_(accounts.c.parent_id.in_(ANCESTRY), accounts.c.parent_id.is_(None)),
    )
    by_persons = (
        sa.select(persons.c.id)
        .join(accounts, accounts.c.id == persons.c.account_id)
        .where(
            persons.c.role == REVIEWER,
            persons.c.disabled.is_(None),
            accounts.c.disabled.is_(None),
            accounts.c.id.in_(ANCESTRY),
        )
    )
    found = (
        connection.execute(query.limit(1), {"id": account_id}).first() for query in (by_accounts, by_persons)
    )
    return any(row is not None for row in found)
