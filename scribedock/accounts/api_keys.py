"""API keys (`securekey`): long-lived, encrypted, because `generate_api_key` shows them again."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from scribedock.accounts.accounts import Account
from scribedock.clock import utc_now
from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import accounts, api_keys, sessions
from scribedock.errors import ItemNotFound, SystemFault


@dataclass(frozen=True, kw_only=True)
class KeyOwner:
    key_id: str
    account_id: str
    username: str


class ApiKeys:
    def __init__(self, database: Database, encryption: Fernet) -> None:
        self._database = database
        self._encryption = encryption

    def newest(self, account: Account, *, force_new: bool) -> str:
        """Return the account's newest key; make one if it has none, or if `force_new` asks for it."""
        with self._database.write() as connection:
            row = connection.execute(
                sa.select(api_keys.c.encrypted)
                .where(api_keys.c.account_id == account.id)
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
            connection.execute(api_keys.insert().values(self._row(key, account.id)))
            return key

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
            "created": utc_now(),
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
        """Return the owner of a key; None for an unknown key and for that of a disabled account."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(api_keys.c.id, api_keys.c.account_id, accounts.c.username)
                .join(accounts, accounts.c.id == api_keys.c.account_id)
                .where(api_keys.c.fingerprint == fingerprint(key), accounts.c.disabled.is_(None))
            ).first()
        if row is None:
            return None
        return KeyOwner(key_id=row.id, account_id=row.account_id, username=row.username)


def fingerprint(secret: str) -> str:
    """Return the SHA-256 in hex: enough for a secret of 122 random bits, and fast on every call."""
    return hashlib.sha256(secret.encode()).hexdigest()
