"""Login: the same answer in the same time for every failure, and a limit on repeated ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from scribedock.accounts.accounts import Accounts
from scribedock.accounts.api_keys import ApiKeys
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.hashing import PasswordHashing
from scribedock.accounts.login_failures import LoginFailures
from scribedock.accounts.passwords import matches_hash
from scribedock.accounts.sessions import Dialect, Sessions
from scribedock.errors import AccountUnprivileged, LoginInvalid
from scribedock.settings import Settings

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class ProvenIdentity:
    """Credentials that were right; a session is opened only while they still are."""

    account_id: str
    password_hash: str | None = None
    key_id: str | None = None


class Login:
    def __init__(
        self,
        accounts: Accounts,
        api_keys: ApiKeys,
        sessions: Sessions,
        failures: LoginFailures,
        hashing: PasswordHashing,
        settings: Settings,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._accounts = accounts
        self._api_keys = api_keys
        self._sessions = sessions
        self._failures = failures
        self._hashing = hashing
        self._settings = settings
        self._sleep = sleep

    async def prove_password(self, username: str, password: str, client: ClientAddress) -> ProvenIdentity:
        """Check a password; return what was proven.

        A login whose name has failed often waits first, without holding a thread. Raises LoginInvalid, and
        InvalidQuery (429) where the address has failed too often.
        """
        with self._hashing.room.place(client, username) as others:
            delay = await asyncio.to_thread(self._delay, username, client, others)
            if delay:
                await self._sleep(delay)
            return await self._hashing.run(client, partial(self._verify, username, password, client))

    def prove_key(self, username: str | None, key: str, client: ClientAddress) -> ProvenIdentity:
        """Check a securekey; return what was proven.

        Raises AccountUnprivileged for an unknown key, as the original does. A key cannot be guessed, so
        failures do not slow its name down; they count against the address alone. Raises InvalidQuery (429) as
        `prove_password` does.
        """
        name = username or ""
        self._failures.check(name, client)
        owner = self._api_keys.owner(key.replace("-", "").lower())
        if owner is None or (username and username != owner.username):
            self._failures.count(name, client, by_name=False)
            raise AccountUnprivileged
        self._failures.forget(name, client)
        return ProvenIdentity(account_id=owner.account_id, key_id=owner.key_id)

    def open_session(self, proven: ProvenIdentity, *, dialect: Dialect) -> str:
        """Open a session; return its api_token.

        Raises LoginInvalid or AccountUnprivileged where the password was changed, the key removed, or the
        account disabled in the meantime.
        """
        if proven.key_id is not None:
            token = self._sessions.open_with_key(
                proven.account_id,
                proven.key_id,
                idle_s=self._settings.key_session_idle_s,
                dialect=dialect,
            )
            if token is None:
                raise AccountUnprivileged
            return token
        token = self._sessions.open_with_password(
            proven.account_id,
            proven.password_hash or "",
            idle_s=self._settings.session_idle_s,
            dialect=dialect,
        )
        if token is None:
            raise wrong_credentials()
        return token

    def _delay(self, username: str, client: ClientAddress, others: int) -> float:
        self._failures.check(username, client)
        return self._failures.delay_s(username, others=others)

    def _verify(self, username: str, password: str, client: ClientAddress) -> ProvenIdentity:
        self._failures.check(username, client)  # again, because many may have been sent at once
        found = self._accounts.password_hash(username)
        if not matches_hash(password, found[1] if found else None) or found is None:
            self._failures.count(username, client)
            raise wrong_credentials()
        self._failures.forget(username, client)
        return ProvenIdentity(account_id=found[0], password_hash=found[1])


def wrong_credentials() -> LoginInvalid:
    """Return the same error for a wrong password, an unknown name and a disabled account."""
    return LoginInvalid("Wrong user name or password")
