"""Links that are mailed to people: an invitation to an account, and a way to a new password.

Each is good once and for a while. Only the SHA-256 of its secret is stored. That the link was opened proves
that its address is the reader's, so an invited person signs in with that address and no other.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import Account
from scribedock.accounts.api_keys import fingerprint
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, person_links, persons
from scribedock.errors import ItemNotFound
from scribedock.persons.person import NewPerson, Person, login_of, person_of
from scribedock.persons.persons import SELECT, PersonExists, Persons, insert_owner, replace_password
from scribedock.persons.roles import Role

SECRET_BYTES = 32
INVITATION_LIFE = timedelta(days=7)
PASSWORD_LIFE = timedelta(hours=1)
MAX_PASSWORD_LINKS = 3  # for one person at a time: nobody's mailbox is to be filled by strangers


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105


class LinkUnusable(ItemNotFound):
    """The link was used, has expired, or was never given out."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This link was used already, or has expired; ask for another")


@dataclass(frozen=True, kw_only=True)
class PersonLink:
    purpose: LinkPurpose
    account_id: str
    username: str  # of the account
    person_id: str | None  # whose password it sets
    email: str
    name: str
    role: Role
    reads_contents: bool
    created: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class MailedLink:
    """A link that was just made, with its secret, which is known to nobody else."""

    secret: str
    link: PersonLink


class PersonLinks:
    def __init__(self, database: Database, persons: Persons) -> None:
        self._database = database
        self._persons = persons

    def invite(self, account: Account, wanted: NewPerson) -> MailedLink:
        """Make an invitation to the account, in place of an earlier one to the same address.

        Raises InvalidQuery for what cannot be used, and PersonExists where the address signs in already.
        """
        wanted.check()
        with self._database.write() as connection:
            taken = sa.select(persons.c.id).where(persons.c.login == login_of(wanted.email))
            if connection.execute(taken).first() is not None:
                raise PersonExists(f"Somebody signs in with {wanted.email} already")
            self._withdraw(connection, account.id, wanted.email)
            return _make(
                connection,
                INVITATION_LIFE,
                purpose=LinkPurpose.INVITATION.value,
                account_id=account.id,
                person_id=None,
                email=wanted.email.strip(),
                name=wanted.name.strip(),
                role=wanted.role.value,
                reads_contents=wanted.reads_contents,
            )

    def withdraw(self, account: Account, email: str) -> bool:
        """Withdraw an invitation to this address; return whether there was one."""
        with self._database.write() as connection:
            return self._withdraw(connection, account.id, email)

    def new_password(self, name: str) -> MailedLink | None:
        """Make a link with which somebody sets a new password.

        name: a person's address, or the name of an account. Returns None for an unknown one, for one without
        an address or without a password here, and where there are several links already.
        """
        is_named = sa.or_(
            persons.c.login == login_of(name),
            sa.and_(persons.c.id == persons.c.account_id, accounts.c.username == name.strip()),
        )
        with self._database.write() as connection:
            self._know_owner(connection, name.strip())
            query = SELECT.where(is_named, persons.c.disabled.is_(None), accounts.c.disabled.is_(None))
            found = [person_of(row) for row in connection.execute(query)]
            able = [each for each in found if each.email and each.has_password]
            # As in signing in, a person's address comes before an account of the same name.
            wanted = sorted(able, key=lambda each: each.is_account)
            if not wanted or self._is_flooded(connection, wanted[0]):
                return None
            person = wanted[0]
            return _make(
                connection,
                PASSWORD_LIFE,
                purpose=LinkPurpose.PASSWORD.value,
                account_id=person.account_id,
                person_id=person.id,
                email=person.email,
                name=person.name,
                role=person.role.value,
                reads_contents=person.reads_contents,
            )

    def find_link(self, secret: str) -> PersonLink:
        """Return what a link is for, without using it up. Raises LinkUnusable."""
        with self._database.read() as connection:
            return _found(connection, secret)

    def accept(self, secret: str, name: str, password_hash: str) -> Person:
        """Make the invited person, and use the invitation up.

        Raises LinkUnusable, PersonExists, and InvalidQuery for an unusable name.
        """
        with self._database.write() as connection:
            link = _used(connection, secret, LinkPurpose.INVITATION)
            wanted = NewPerson(
                name=name, email=link.email, role=link.role, reads_contents=link.reads_contents
            )
            return self._persons.add(connection, link.account_id, wanted, password_hash=password_hash)

    def set_password(self, secret: str, password_hash: str) -> PersonLink:
        """Set the person's new password, use the link up, and end the person's sessions.

        Where the person is the account itself, this is the account's password. Raises LinkUnusable.
        """
        with self._database.write() as connection:
            link = _used(connection, secret, LinkPurpose.PASSWORD)
            assert link.person_id is not None
            replace_password(connection, link.person_id, link.account_id, password_hash)
        return link

    def invitations(self, account: Account | None = None) -> list[PersonLink]:
        """Return the invitations that wait, to one account or to all, the oldest first."""
        query = _LINKS.where(
            person_links.c.purpose == LinkPurpose.INVITATION.value,
            person_links.c.ends > self._database.clock.now(),
        )
        if account is not None:
            query = query.where(person_links.c.account_id == account.id)
        with self._database.read() as connection:
            return [_link(row) for row in connection.execute(query.order_by(person_links.c.created))]

    def sweep(self) -> int:
        """Remove expired links; return how many."""
        with self._database.write() as connection:
            expired = person_links.c.ends <= time_of(connection)
            return connection.execute(person_links.delete().where(expired)).rowcount

    def _withdraw(self, connection: Connection, account_id: str, email: str) -> bool:
        same = sa.func.lower(person_links.c.email) == login_of(email)
        is_invitation = person_links.c.purpose == LinkPurpose.INVITATION.value
        query = person_links.delete().where(person_links.c.account_id == account_id, same, is_invitation)
        return connection.execute(query).rowcount > 0

    def _know_owner(self, connection: Connection, name: str) -> None:
        """Make the owner of the account of this name, who may never have signed in to a page."""
        account_id = connection.execute(sa.select(accounts.c.id).where(accounts.c.username == name)).scalar()
        if account_id is not None:
            insert_owner(connection, account_id)

    def _is_flooded(self, connection: Connection, person: Person) -> bool:
        query = sa.select(sa.func.count()).where(
            person_links.c.person_id == person.id, person_links.c.ends > time_of(connection)
        )
        return connection.execute(query).scalar_one() >= MAX_PASSWORD_LINKS


_LINKS = sa.select(person_links, accounts.c.username).join(
    accounts, accounts.c.id == person_links.c.account_id
)


def _make(connection: Connection, life: timedelta, **values: Any) -> MailedLink:
    secret, now = secrets.token_urlsafe(SECRET_BYTES), time_of(connection)
    connection.execute(
        person_links.insert().values(fingerprint=fingerprint(secret), created=now, ends=now + life, **values)
    )
    return MailedLink(secret=secret, link=_found(connection, secret))


def _found(connection: Connection, secret: str) -> PersonLink:
    query = _LINKS.where(
        person_links.c.fingerprint == fingerprint(secret),
        person_links.c.ends > time_of(connection),
        accounts.c.disabled.is_(None),
    )
    row = connection.execute(query).first()
    if row is None:
        raise LinkUnusable
    return _link(row)


def _used(connection: Connection, secret: str, purpose: LinkPurpose) -> PersonLink:
    """Return the link and delete it: of those who use it at once, one alone succeeds."""
    link = _found(connection, secret)
    deleted = connection.execute(
        person_links.delete().where(
            person_links.c.fingerprint == fingerprint(secret), person_links.c.purpose == purpose.value
        )
    ).rowcount
    if not deleted:
        raise LinkUnusable
    return link


def _link(row: Any) -> PersonLink:
    return PersonLink(
        purpose=LinkPurpose(row.purpose),
        account_id=row.account_id,
        username=row.username,
        person_id=row.person_id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        reads_contents=row.reads_contents,
        created=row.created,
        ends=row.ends,
    )


def link_path(secret: str) -> str:
    """Return the path of a link, below the server's URL."""
    return f"/web/link/{secret}"
