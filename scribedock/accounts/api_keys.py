"""API keys (`securekey`): long-lived, encrypted, because `generate_api_key` shows them again."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from scribedock.accounts.accounts import Account
from scribedock.accounts.scopes import KeyScope
from scribedock.accounts.session_ends import end_keys
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import accounts, api_keys, sessions
from scribedock.errors import InvalidQuery, ItemNotFound, SystemFault

MAX_NAME_LENGTH = 255


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """What an API key is made with, or sought by."""

    name: str = ""
    scope: KeyScope = KeyScope.ALL
    expires_in: timedelta | None = None  # None: never
    person_id: str | None = None  # who of the account's persons makes it; None: the account itself

    def check(self) -> None:
        """Raise InvalidQuery for a name that cannot be used."""
        if len(self.name) > MAX_NAME_LENGTH or not self.name.isprintable():
            raise InvalidQuery(f"The name of a key has at most {MAX_NAME_LENGTH} printable characters")


PLAIN_KEY = NewKey()
"""The vendor's: good for everything, without an end."""


@dataclass(frozen=True, kw_only=True)
class KeyEntry:
    """An API key as it is listed, without its secret."""

    id: str
    username: str
    name: str
    scope: KeyScope
    created: datetime
    last_used: datetime | None
    ends: datetime | None
    person_id: str | None = None  # who made it, and with whom it ends

    def has_ended(self, now: datetime) -> bool:
        return self.ends is not None and self.ends <= now


@dataclass(frozen=True, kw_only=True)
class KeyOwner:
    key_id: str
    account_id: str
    username: str


class ApiKeys:
    def __init__(self, database: Database, encryption: Fernet) -> None:
        self._database = database
        self._encryption = encryption

    def newest(self, account: Account, *, force_new: bool, wanted: NewKey = PLAIN_KEY) -> str:
        """Return the account's newest key; make one if it has none, or if `force_new` asks for it.

        wanted: a key counts that has this scope and this name, where one is given, and has not ended; one
        without an end where that is wanted. Raises InvalidQuery for a name that cannot be used.
        """
        wanted.check()
        now = self._database.clock.now()
        alike = [api_keys.c.account_id == account.id, api_keys.c.scope == wanted.scope.value]
        if wanted.name:
            alike.append(api_keys.c.name == wanted.name)
        if wanted.expires_in is None:
            alike.append(api_keys.c.ends.is_(None))
        with self._database.write() as connection:
            row = connection.execute(
                sa.select(api_keys.c.encrypted)
                .where(*alike, _living(now))
                .order_by(api_keys.c.created.desc())
            ).first()
            if row is not None and not force_new:
                try:
                    return self._encryption.decrypt(row.encrypted.encode()).decode()
                except InvalidToken:
                    raise SystemFault(
                        "The API key cannot be shown: the server's encryption key has changed. "
                        "Make a new one with force_new=true"
                    ) from None
            key = uuid.uuid4().hex
            ends = None if wanted.expires_in is None else now + wanted.expires_in
            row_of_key = self._row(key, account.id) | {
                "name": wanted.name,
                "scope": wanted.scope.value,
                "ends": ends,
                "person_id": wanted.person_id,
            }
            connection.execute(api_keys.insert().values(row_of_key))
            return key

    def list_keys(self, account: Account | None = None) -> list[KeyEntry]:
        """Return the keys of the account, or of all accounts, also those that have ended; newest last."""
        query = (
            sa.select(api_keys, accounts.c.username)
            .join(accounts, accounts.c.id == api_keys.c.account_id)
            .order_by(api_keys.c.created, api_keys.c.id)
        )
        if account is not None:
            query = query.where(api_keys.c.account_id == account.id)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def find_key(self, key_id: str) -> tuple[KeyEntry, str]:
        """Return a key by its id or the beginning of it, and the id of its account.

        Raises ItemNotFound where none or several begin so.
        """
        query = (
            sa.select(api_keys, accounts.c.username)
            .join(accounts, accounts.c.id == api_keys.c.account_id)
            .where(api_keys.c.id.startswith(key_id, autoescape=True))
            .limit(2)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all() if key_id else []
        if not rows:
            raise ItemNotFound(f"There is no API key with the id {key_id!r}")
        if len(rows) > 1:
            raise ItemNotFound(f"The ids of several API keys begin with {key_id!r}; give more of it")
        return _entry(rows[0]), rows[0].account_id

    def end(self, key_id: str) -> None:
        """End a key now, with its sessions; it stays in the list."""
        with self._database.write() as connection:
            end_keys(connection, api_keys.c.id == key_id)

    def keep(self, key: str, account_id: str) -> None:
        """Add a key that is known beforehand, unless it is already there."""
        with self._database.write() as connection:
            insert_once(connection, api_keys, **self._row(key, account_id))

    def _row(self, key: str, account_id: str) -> dict[str, object]:
        return {
            "id": uuid.uuid4().hex,
            "account_id": account_id,
            "fingerprint": fingerprint(key),
            "encrypted": self._encryption.encrypt(key.encode()).decode(),
            "created": self._database.clock.now(),
        }

    def remove(
        self, account_ids: frozenset[str], key: str, *, keep_session: str = "", idle_s: int = 0
    ) -> None:
        """Remove a key of one of these accounts and end its sessions, except `keep_session` (a fingerprint).

        That one becomes a session like those of a password: it ends after `idle_s` seconds without a call,
        and when the password changes. Raises ItemNotFound.
        """
        with self._database.write() as connection:
            # Lock the row until it is gone: a login with the key comes before and its session ends, or fails.
            key_id = connection.execute(
                sa.select(api_keys.c.id)
                .where(api_keys.c.fingerprint == fingerprint(key), api_keys.c.account_id.in_(account_ids))
                .with_for_update()
            ).scalar_one_or_none()
            if key_id is None:
                raise ItemNotFound("There is no such API key (api_securekey) in this account")
            of_key = sessions.c.api_key_id == key_id
            connection.execute(
                sessions.update()
                .where(of_key, sessions.c.fingerprint == keep_session)
                .values(api_key_id=None, idle_s=idle_s)
            )
            connection.execute(sessions.delete().where(of_key))
            connection.execute(api_keys.delete().where(api_keys.c.id == key_id))

    def unreadable(self) -> tuple[int, int]:
        """Return how many keys the current encryption key cannot decrypt, and how many there are."""
        with self._database.read() as connection:
            encrypted = connection.execute(sa.select(api_keys.c.encrypted)).scalars().all()
        return sum(not self._is_readable(each) for each in encrypted), len(encrypted)

    def _is_readable(self, encrypted: str) -> bool:
        try:
            self._encryption.decrypt(encrypted.encode())
        except InvalidToken:
            return False
        return True

    def owner(self, key: str) -> KeyOwner | None:
        """Return the owner of a key; None for an unknown or ended one, and for that of a disabled account."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(api_keys.c.id, api_keys.c.account_id, accounts.c.username)
                .join(accounts, accounts.c.id == api_keys.c.account_id)
                .where(
                    api_keys.c.fingerprint == fingerprint(key),
                    accounts.c.disabled.is_(None),
                    _living(self._database.clock.now()),
                )
            ).first()
        if row is None:
            return None
        return KeyOwner(key_id=row.id, account_id=row.account_id, username=row.username)


def _living(now: datetime) -> sa.ColumnElement[bool]:
    """Build the condition of keys that have not ended."""
    return sa.or_(api_keys.c.ends.is_(None), api_keys.c.ends > now)


def _entry(row: Any) -> KeyEntry:
    return KeyEntry(
        id=row.id,
        username=row.username,
        name=row.name,
        scope=KeyScope(row.scope),
        created=row.created,
        last_used=row.last_used,
        ends=row.ends,
        person_id=row.person_id,
    )


def fingerprint(secret: str) -> str:
    """Return the SHA-256 in hex: enough for a secret of 122 random bits, and fast on every call."""
    return hashlib.sha256(secret.encode()).hexdigest()
