"""The tree of accounts: an account sees itself and its descendants, nobody else."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scribedock.accounts.session_ends import end_password_sessions, end_sessions
from scribedock.accounts.signing_in.passwords import hash_password
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts
from scribedock.errors import AccountExists, AccountUnprivileged, InvalidQuery

ROOT = "admin"
ALL_ACCOUNTS = "*"  # instead of a user name: the caller and all descendants
MAX_NAME_LENGTH = 255
ID_PATTERN = re.compile(r"[0-9a-f]{32}\Z", re.I)
EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+\Z")
DEFAULT_SETTINGS: Mapping[str, str | bool] = {
    "default_job_notes": "",
    "require_customer_authorization_before_starting_workflow": False,
    "customer_authorization_required_mechanical": True,
    "share_links": True,
}


@dataclass(frozen=True, kw_only=True)
class AccountHolder:
    """The person or organisation that an account is for."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Account:
    id: str
    username: str
    parent_id: str | None
    settings: Mapping[str, str | bool]
    created: datetime
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    reviewer: bool = False
    disabled: datetime | None = None
    deleted: datetime | None = None  # since when only its name is left; see `administration`
    sandbox: bool = False  # the mark of the account itself; see `sandboxes`
    branch_id: str = ""  # this account or its ancestor just below the root; the root's is the root


# Built once: almost every call needs them.
SELECT_BY_ID = sa.select(*(column for column in accounts.c if column is not accounts.c.password_hash)).where(
    accounts.c.id == sa.bindparam("id")
)
_ROOT = sa.select(accounts.c.id).where(accounts.c.id == sa.bindparam("id")).cte("tree", recursive=True)
_TREE = _ROOT.union(sa.select(accounts.c.id).where(accounts.c.parent_id == _ROOT.c.id))
SUBTREE = sa.select(_TREE.c.id)
_SELF = (
    sa.select(accounts.c.id, accounts.c.parent_id)
    .where(accounts.c.id == sa.bindparam("id"))
    .cte("above", recursive=True)
)
_ABOVE = _SELF.union(
    sa.select(accounts.c.id, accounts.c.parent_id).join(_SELF, _SELF.c.parent_id == accounts.c.id)
)
ANCESTRY = sa.select(_ABOVE.c.id)  # the account and all above it
PARENTS = sa.select(_ABOVE.c.id, _ABOVE.c.parent_id)  # the same, each with the one above it


class Accounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        username: str,
        password: str,
        *,
        parent: str | None,
        first_name: str = "",
        last_name: str = "",
        email: str = "",
        sandbox: bool = False,
    ) -> Account:
        """Make an account below `parent` (a user name); None makes the root.

        Raises AccountExists, and InvalidQuery for an unusable name, password, address or parent.
        """
        holder = AccountHolder(first_name=first_name, last_name=last_name, email=email)
        check_new_account(username, holder)
        return self.add(username, hash_password(password), parent=parent, holder=holder, sandbox=sandbox)

    def add(
        self,
        username: str,
        password_hash: str,
        *,
        parent: str | None,
        holder: AccountHolder,
        sandbox: bool = False,
    ) -> Account:
        """Make an account as `create` does, from a password that is already hashed."""
        name = check_new_account(username, holder)
        with self._database.write() as connection:
            account_id = uuid.uuid4().hex
            parent_id, branch_id = None, account_id
            if parent is not None:
                above = self._find(connection, accounts.c.username == parent, hold=True)
                if above is None or above.deleted is not None:
                    raise InvalidQuery(f"There is no account named {parent!r} to be the parent")
                if above.disabled is not None:
                    raise InvalidQuery(f"The account {parent!r} is disabled; enable it first")
                parent_id = above.id
                branch_id = above.branch_id if above.parent_id is not None else account_id
            elif connection.execute(
                sa.select(sa.exists().where(accounts.c.parent_id.is_(None)))
            ).scalar_one():
                raise InvalidQuery("There is a root account already; name a parent")
            account = Account(
                id=account_id,
                username=name,
                parent_id=parent_id,
                settings=DEFAULT_SETTINGS,
                created=time_of(connection),
                first_name=holder.first_name,
                last_name=holder.last_name,
                email=holder.email,
                sandbox=sandbox,
                branch_id=branch_id,
            )
            try:
                connection.execute(
                    accounts.insert().values(
                        id=account.id,
                        username=name,
                        parent_id=parent_id,
                        password_hash=password_hash,
                        settings=dict(DEFAULT_SETTINGS),
                        created=account.created,
                        first_name=holder.first_name,
                        last_name=holder.last_name,
                        email=holder.email,
                        reviewer=False,
                        sandbox=sandbox,
                        branch_id=branch_id,
                    )
                )
            except IntegrityError:
                raise AccountExists(
                    f"There is already an account named {name!r}, or there was one: the name of a deleted "
                    "account stays with its past"
                ) from None
        return account

    def root(self) -> Account | None:
        with self._database.read() as connection:
            return self._find(connection, accounts.c.parent_id.is_(None))

    def by_username(self, username: str) -> Account | None:
        with self._database.read() as connection:
            return self._find(connection, accounts.c.username == username)

    def by_id(self, account_id: str) -> Account | None:
        with self._database.read() as connection:
            return _account(connection.execute(SELECT_BY_ID, {"id": account_id}).first())

    def password_hash(self, username: str) -> tuple[str, str] | None:
        """Return the account id and password hash of the account of that name, None for a disabled one."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(accounts.c.id, accounts.c.password_hash).where(
                    accounts.c.username == username, accounts.c.disabled.is_(None)
                )
            ).first()
            return None if row is None else (row.id, row.password_hash)

    def set_password(self, account: Account, password: str, *, keep_session: str | None = None) -> None:
        """Change the password and end what it has opened, except `keep_session` (a fingerprint)."""
        self.set_password_hash(account, hash_password(password), keep_session=keep_session)

    def set_password_hash(
        self, account: Account, password_hash: str, *, keep_session: str | None = None
    ) -> None:
        """Change the password as `set_password` does, from one that is already hashed."""
        with self._database.write() as connection:
            connection.execute(
                accounts.update().where(accounts.c.id == account.id).values(password_hash=password_hash)
            )
            end_password_sessions(connection, account.id, keep=keep_session or "")

    def change_setting(self, account: Account, name: str, value: str | bool) -> None:
        """Set one of DEFAULT_SETTINGS; the others stay as they are."""
        with self._database.write() as connection:
            settings = connection.execute(
                sa.select(accounts.c.settings).where(accounts.c.id == account.id).with_for_update()
            ).scalar_one()
            connection.execute(
                accounts.update()
                .where(accounts.c.id == account.id)
                .values(settings={**DEFAULT_SETTINGS, **settings, name: value})
            )

    def set_reviewer(self, account: Account, reviewer: bool) -> None:
        """Grant or revoke the right to review."""
        with self._database.write() as connection:
            connection.execute(accounts.update().where(accounts.c.id == account.id).values(reviewer=reviewer))

    def disable(self, account: Account) -> int:
        """Keep the account and its descendants from logging in and end their sessions; return how many.

        Their orders continue. Raises InvalidQuery for the root.
        """
        if account.parent_id is None:
            raise InvalidQuery(
                f"The account {account.username!r} is the root of the tree and cannot be disabled"
            )
        with self._database.write() as connection:
            count, subtree = 0, frozenset[str]()
            # Repeated because a new account may have been made below one of them before that was disabled.
            while (found := self._subtree(connection, account.id)) != subtree:
                subtree = found
                count += connection.execute(
                    accounts.update()
                    .where(accounts.c.id.in_(subtree), accounts.c.disabled.is_(None))
                    .values(disabled=time_of(connection))
                ).rowcount
            # Last, when no login can succeed any more: a quicker one has committed its session by now.
            end_sessions(connection, subtree)
            return count

    def enable(self, account: Account) -> int:
        """Let the account and its descendants log in again; return how many were disabled.

        Raises InvalidQuery below an account that is disabled.
        """
        with self._database.write() as connection:
            above = self._find(connection, accounts.c.id == account.parent_id)
            if above is not None and above.disabled is not None:
                raise InvalidQuery(f"The account above it, {above.username!r}, is disabled; enable that one")
            return connection.execute(
                accounts.update()
                .where(
                    accounts.c.id.in_(self._subtree(connection, account.id)),
                    accounts.c.disabled.is_not(None),
                    accounts.c.deleted.is_(None),
                )
                .values(disabled=None)
            ).rowcount

    def list_accounts(self, *, deleted: bool = False) -> list[Account]:
        """Return all accounts, by name; or those that are deleted."""
        is_listed = accounts.c.deleted.is_not(None) if deleted else accounts.c.deleted.is_(None)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(accounts).where(is_listed).order_by(accounts.c.username))
            return [account for account in map(_account, rows) if account is not None]

    def find_reachable(self, caller: Account, name: str | None) -> Account:
        """Return the account that `name` (user name or id) means for `caller`: itself or a descendant.

        Raises AccountUnprivileged for any other, whether it exists or not.
        """
        if not name:
            return caller
        with self._database.read() as connection:
            target = self._find(connection, sa.or_(accounts.c.username == name, accounts.c.id == name))
            if (
                target is None
                or target.deleted is not None
                or target.id not in self._subtree(connection, caller.id)
            ):
                raise AccountUnprivileged
            return target

    def with_visible_accounts(self, account_id: str) -> tuple[Account, frozenset[str]] | None:
        """Return the account and the ids of all accounts that it sees: itself and its descendants."""
        with self._database.read() as connection:
            account = _account(connection.execute(SELECT_BY_ID, {"id": account_id}).first())
            return None if account is None else (account, self._subtree(connection, account_id))

    def branch(self, account_id: str) -> str:
        """Return the id of the branch of an account: the account itself or its ancestor just below the root.

        The root is its own branch. Capacity is shared fairly between branches, because an account can make
        any number of children.
        """
        with self._database.read() as connection:
            return str(
                connection.execute(
                    sa.select(accounts.c.branch_id).where(accounts.c.id == account_id)
                ).scalar_one()
            )

    def visible_accounts(self, account: Account) -> frozenset[str]:
        """Return the ids of the account and all its descendants."""
        with self._database.read() as connection:
            return self._subtree(connection, account.id)

    def _find(
        self, connection: Connection, condition: sa.ColumnElement[bool], *, hold: bool = False
    ) -> Account | None:
        """Return the account that meets the condition; `hold` locks its row until the transaction ends."""
        query = sa.select(accounts).where(condition)
        return _account(connection.execute(query.with_for_update() if hold else query).first())

    def _subtree(self, connection: Connection, account_id: str) -> frozenset[str]:
        return frozenset(connection.execute(SUBTREE, {"id": account_id}).scalars())


def _account(row: Any) -> Account | None:
    if row is None:
        return None
    return Account(
        id=row.id,
        username=row.username,
        parent_id=row.parent_id,
        settings={**DEFAULT_SETTINGS, **row.settings},
        created=row.created,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        reviewer=row.reviewer,
        disabled=row.disabled,
        deleted=row.deleted,
        sandbox=row.sandbox,
        branch_id=row.branch_id,
    )


def check_new_account(username: str, holder: AccountHolder) -> str:
    """Return the name as it is stored. Raises InvalidQuery for an unusable name, holder or address."""
    name = username.strip()
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidQuery(f"A user name has 1 to {MAX_NAME_LENGTH} printable characters")
    # A name that looks like an account's id would stand for two accounts.
    if name == ALL_ACCOUNTS or ID_PATTERN.match(name):
        raise InvalidQuery(
            f"A user name is not {ALL_ACCOUNTS!r}, and not 32 hex digits, as the ids of accounts are"
        )
    for field, value in asdict(holder).items():
        if len(value) > MAX_NAME_LENGTH or not value.isprintable():
            raise InvalidQuery(f"{field}: has at most {MAX_NAME_LENGTH} printable characters")
    if holder.email and not EMAIL_PATTERN.match(holder.email):
        raise InvalidQuery("email: must be an address, as maria@example.org")
    return name
