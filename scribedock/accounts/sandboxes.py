"""Accounts whose jobs are sandbox jobs: nothing is transcribed, the results are prepared ones.

An account is in a sandbox if it is marked, or any account above it. A job is a sandbox job if its account was
in one when the job was opened, and stays so. Where the whole server is a sandbox, the root is marked when it
is made.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY, Account
from scribedock.db.engine import Database
from scribedock.db.tables import accounts
from scribedock.errors import InvalidQuery

_IS_COVERED = sa.select(sa.exists().where(accounts.c.id.in_(ANCESTRY), accounts.c.sandbox.is_(True)))


class Sandboxes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def cover(self, account: Account) -> bool:
        """Return whether the account is in a sandbox."""
        with self._database.read() as connection:
            return is_covered(connection, account.id)

    def mark(self, account: Account, sandbox: bool) -> None:
        """Make the account a sandbox account from now on, or an ordinary one.

        Raises InvalidQuery for the root, which is of the same kind as the server.
        """
        if account.parent_id is None:
            raise InvalidQuery(
                f"The account {account.username!r} is the root of the tree: start another server with "
                "`scribedock serve --sandbox` and a data folder of its own, or mark an account below it"
            )
        with self._database.write() as connection:
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(sandbox=sandbox))


def is_covered(connection: Connection, account_id: str) -> bool:
    """Return whether the account is in a sandbox, within a transaction."""
    return bool(connection.execute(_IS_COVERED, {"id": account_id}).scalar_one())
