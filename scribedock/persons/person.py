"""A person of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scribedock.accounts.scopes import Right
from scribedock.errors import InvalidQuery
from scribedock.mail import is_address
from scribedock.persons.roles import Permissions, Role, permissions

MAX_NAME_LENGTH = 255
MAX_EMAIL_LENGTH = 254  # characters (RFC 5321 §4.5.3.1.3)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is at an OpenID Connect provider; neither part is ever given to anybody else there."""

    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """What a person is made with."""

    name: str
    email: str  # may be empty for somebody who signs in through a provider
    role: Role
    reads_contents: bool = False

    def check(self, *, needs_email: bool = True) -> None:
        """Raise InvalidQuery for a name or an address that cannot be used."""
        if not self.name.strip() or len(self.name) > MAX_NAME_LENGTH or not self.name.isprintable():
            raise InvalidQuery(f"The name of a person has 1 to {MAX_NAME_LENGTH} printable characters")
        if not (self.email or needs_email):
            return
        if len(self.email) > MAX_EMAIL_LENGTH or not is_address(self.email):
            raise InvalidQuery("The e-mail address must be one, as maria@example.org")


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    account_id: str
    username: str  # of the account
    name: str
    email: str
    role: Role
    account_reviews: bool  # whether the account is a reviewer, for whom its persons review too
    reads_contents: bool  # granted beyond what the role allows
    has_password: bool
    has_second_factor: bool
    identity: Identity | None
    created: datetime
    last_sign_in: datetime | None
    disabled: datetime | None
    deleted: datetime | None

    @property
    def is_account(self) -> bool:
        """Whether this is whoever signs in with the account's own name and password: its owner."""
        return self.id == self.account_id

    @property
    def is_reviewer(self) -> bool:
        """Whether there is a queue of reviews for this person."""
        return self.role is Role.REVIEWER or (
            self.account_reviews and self.permissions.permit(Right.REVIEW, contents=True)
        )

    @property
    def permissions(self) -> Permissions:
        return permissions(self.role, contents_granted=self.reads_contents)


def person_of(row: Any) -> Person:
    """Return the person in a row of `persons` with what `persons.SELECT` adds."""
    is_account = row.id == row.account_id
    return Person(
        id=row.id,
        account_id=row.account_id,
        username=row.username,
        name=row.username if is_account else row.name,
        email=row.account_email if is_account else row.email,
        role=Role(row.role),
        account_reviews=row.account_reviews,
        reads_contents=row.reads_contents,
        has_password=is_account or row.password_hash is not None,
        has_second_factor=row.second_factor is not None,
        identity=None if row.issuer is None else Identity(issuer=row.issuer, subject=row.subject),
        created=row.created,
        last_sign_in=row.last_sign_in,
        disabled=row.disabled,
        deleted=row.deleted,
    )


def login_of(email: str) -> str:
    """Return the form of an address by which a person is found when signing in."""
    return email.strip().lower()
