"""What only the operator does to an account: renaming it, and deleting it.

A deleted account keeps its row as a tombstone, with its name, its place in the tree and the dates: the audit
log and the statistics go on naming it, and nobody else can take the name and with it the past. What could
open a session, and what says who the person was, is gone.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scribedock.accounts.accounts import Account, AccountHolder, check_new_account
from scribedock.accounts.person_tombstones import bury_persons
from scribedock.accounts.session_ends import end_sessions
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, api_keys, persons, webhook_secrets
from scribedock.errors import AccountExists, InvalidQuery


class AccountAdministration:
    def __init__(self, database: Database) -> None:
        self._database = database

    def rename(self, account: Account, name: str) -> str:
        """Give the account another name, also in its past; return the name as it is stored.

        Its sessions and API keys stay valid. Raises InvalidQuery for an unusable name, AccountExists.
        """
        wanted = check_new_account(name, AccountHolder())
        try:
            with self._database.write() as connection:
                connection.execute(
                    accounts.update().where(accounts.c.id == account.id).values(username=wanted)
                )
        except IntegrityError:
            raise AccountExists(f"There is already an account named {wanted!r}") from None
        return wanted

    def bury(self, connection: Connection, account: Account) -> None:
        """Make the account a tombstone within a transaction; its sessions and API keys end.

        Raises InvalidQuery for the root, and for an account with others below it.
        """
        if account.parent_id is None:
            raise InvalidQuery(f"{account.username!r} is the root of the tree and cannot be deleted")
        connection.execute(sa.select(accounts.c.id).where(accounts.c.id == account.id).with_for_update())
        below = sa.and_(accounts.c.parent_id == account.id, accounts.c.deleted.is_(None))
        names = connection.execute(sa.select(accounts.c.username).where(below).order_by(accounts.c.username))
        children = [repr(name) for name in names.scalars()]
        if children:
            raise InvalidQuery(
                f"{account.username!r} has accounts below it; delete these first: {', '.join(children)}"
            )
        now = time_of(connection)
        end_sessions(connection, {account.id})
        bury_persons(connection, persons.c.account_id == account.id)
        for table in (api_keys, webhook_secrets):
            connection.execute(table.delete().where(table.c.account_id == account.id))
        connection.execute(
            accounts.update()
            .where(accounts.c.id == account.id)
            .values(
                deleted=now,
                disabled=sa.func.coalesce(accounts.c.disabled, now),
                password_hash="",
                settings={},
                first_name="",
                last_name="",
                email="",
                reviewer=False,
            )
        )
