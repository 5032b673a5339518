"""The check of a password: the same answer in the same time for every failure, and a limit on repeated ones.

Both an account's password and a person's are checked so, and failures with a name count together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.hashing import PasswordHashing
from scribedock.accounts.signing_in.login_failures import LoginFailures
from scribedock.accounts.signing_in.passwords import matches_hash
from scribedock.errors import LoginInvalid

Sleep = Callable[[float], Awaitable[None]]


class HashHolder(Protocol):
    """Somebody with a password, of which the hash is known."""

    @property
    def password_hash(self) -> str | None: ...


Holder = TypeVar("Holder", bound=HashHolder)


class PasswordCheck:
    def __init__(
        self, failures: LoginFailures, hashing: PasswordHashing, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._failures = failures
        self._hashing = hashing
        self._sleep = sleep

    async def prove(
        self, name: str, password: str, client: ClientAddress, find: Callable[[str], Holder | None]
    ) -> Holder:
        """Check a password; return whom `find` finds by the name.

        A check whose name has failed often waits first, without holding a thread. Raises LoginInvalid, and
        InvalidQuery (429) where the address has failed too often.
        """
        with self._hashing.room.place(client, name) as others:
            delay = await asyncio.to_thread(self._delay, name, client, others)
            if delay:
                await self._sleep(delay)
            return await self._hashing.run(client, partial(self._verify, name, password, client, find))

    def _delay(self, name: str, client: ClientAddress, others: int) -> float:
        self._failures.check(name, client)
        return self._failures.delay_s(name, others=others)

    def _verify(
        self, name: str, password: str, client: ClientAddress, find: Callable[[str], Holder | None]
    ) -> Holder:
        self._failures.check(name, client)  # again, because many may have been sent at once
        found = find(name)
        if not matches_hash(password, found.password_hash if found else None) or found is None:
            self._failures.count(name, client)
            raise wrong_credentials()
        self._failures.forget(name, client)
        return found


def wrong_credentials() -> LoginInvalid:
    """Return the same error for a wrong password, an unknown name and a disabled account."""
    return LoginInvalid("Wrong user name or password")
