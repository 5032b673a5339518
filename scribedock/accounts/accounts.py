"""The tree of accounts: an account sees itself and its descendants, nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scribedock.accounts.passwords import hash_password
from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import accounts, sessions
from scribedock.errors import AccountExists, AccountUnprivileged, InvalidQuery

ROOT = "admin"
DEFAULT_SETTINGS: Mapping[str, str | bool] = {
    "default_job_notes": "",
    "require_customer_authorization_before_starting_workflow": False,
    "customer_authorization_required_mechanical": True,
}


@dataclass(frozen=True, kw_only=True)
class Account:
    id: str
    username: str
    parent_id: str | None
    settings: Mapping[str, str | bool]


# Built once: almost every call needs them.
BY_ID = sa.select(accounts.c.id, accounts.c.username, accounts.c.parent_id, accounts.c.settings).where(
    accounts.c.id == sa.bindparam("id")
)
_ROOT = sa.select(accounts.c.id).where(accounts.c.id == sa.bindparam("id")).cte("tree", recursive=True)
_TREE = _ROOT.union(sa.select(accounts.c.id).where(accounts.c.parent_id == _ROOT.c.id))
FAMILY = sa.select(_TREE.c.id)


class Accounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, username: str, password: str, *, parent: str | None) -> Account:
        """Makes an account below `parent` (a user name); None makes the root.

        Raises AccountExists, and InvalidQuery for an unusable name, password or parent.
        """
        name = username.strip()
        if not name or len(name) > 255 or not name.isprintable():
            raise InvalidQuery("A user name has 1 to 255 printable characters")
        hashed = hash_password(password)
        with self._database.write() as connection:
            parent_id = None
            if parent is not None:
                above = self._find(connection, accounts.c.username == parent)
                if above is None:
                    raise InvalidQuery(f"There is no account named {parent!r} to be the parent")
                parent_id = above.id
            elif connection.execute(
                sa.select(sa.exists().where(accounts.c.parent_id.is_(None)))
            ).scalar_one():
                raise InvalidQuery("There is a root account already; name a parent")
            account = Account(
                id=uuid.uuid4().hex, username=name, parent_id=parent_id, settings=DEFAULT_SETTINGS
            )
            try:
                connection.execute(
                    accounts.insert().values(
                        id=account.id,
                        username=name,
                        parent_id=parent_id,
                        password_hash=hashed,
                        settings=dict(DEFAULT_SETTINGS),
                        created=utc_now(),
                    )
                )
            except IntegrityError:
                raise AccountExists(f"There is already an account named {name!r}") from None
        return account

    def root(self) -> Account | None:
        with self._database.read() as connection:
            return self._find(connection, accounts.c.parent_id.is_(None))

    def by_username(self, username: str) -> Account | None:
        with self._database.read() as connection:
            return self._find(connection, accounts.c.username == username)

    def by_id(self, account_id: str) -> Account | None:
        with self._database.read() as connection:
            return _account(connection.execute(BY_ID, {"id": account_id}).first())

    def password_hash(self, username: str) -> tuple[str, str] | None:
        """Account id and hash of the account of that name."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(accounts.c.id, accounts.c.password_hash).where(accounts.c.username == username)
            ).first()
            return None if row is None else (row.id, row.password_hash)

    def set_password(self, account: Account, password: str, *, keep_session: str | None = None) -> None:
        """Changes the password and ends the account's sessions, but for `keep_session` (a fingerprint)."""
        hashed = hash_password(password)
        with self._database.write() as connection:
            connection.execute(
                accounts.update().where(accounts.c.id == account.id).values(password_hash=hashed)
            )
            connection.execute(
                sessions.delete().where(
                    sessions.c.account_id == account.id, sessions.c.fingerprint != (keep_session or "")
                )
            )

    def reachable(self, caller: Account, name: str | None) -> Account:
        """The account that `name` (user name or id) means for `caller`: self or a descendant.

        Raises AccountUnprivileged for every other, known or not.
        """
        if not name:
            return caller
        with self._database.read() as connection:
            target = self._find(connection, sa.or_(accounts.c.username == name, accounts.c.id == name))
            if target is None or target.id not in self._family(connection, caller.id):
                raise AccountUnprivileged
            return target

    def family(self, account: Account) -> frozenset[str]:
        """Ids of the account and all its descendants."""
        with self._database.read() as connection:
            return self._family(connection, account.id)

    def _find(self, connection: Connection, condition: sa.ColumnElement[bool]) -> Account | None:
        return _account(connection.execute(sa.select(accounts).where(condition)).first())

    def _family(self, connection: Connection, account_id: str) -> frozenset[str]:
        return frozenset(connection.execute(FAMILY, {"id": account_id}).scalars())


def _account(row: Any) -> Account | None:
    if row is None:
        return None
    return Account(
        id=row.id,
        username=row.username,
        parent_id=row.parent_id,
        settings={**DEFAULT_SETTINGS, **row.settings},
    )
