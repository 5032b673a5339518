"""Login: the same answer in the same time for every failure, and a limit on repeated ones."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock.accounts.accounts import Accounts
from scribedock.accounts.api_keys import ApiKeys
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.sessions import Dialect, Sessions
from scribedock.accounts.signing_in.login_failures import LoginFailures
from scribedock.accounts.signing_in.password_check import PasswordCheck, wrong_credentials
from scribedock.errors import AccountUnprivileged
from scribedock.settings import Settings


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
        passwords: PasswordCheck,
        settings: Settings,
    ) -> None:
        self._accounts = accounts
        self._api_keys = api_keys
        self._sessions = sessions
        self._failures = failures
        self._passwords = passwords
        self._settings = settings

    async def prove_password(self, username: str, password: str, client: ClientAddress) -> ProvenIdentity:
        """Check a password; return what was proven. Raises as `PasswordCheck.prove`."""
        return await self._passwords.prove(username, password, client, self._holder)

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

    def _holder(self, username: str) -> ProvenIdentity | None:
        found = self._accounts.password_hash(username)
        return None if found is None else ProvenIdentity(account_id=found[0], password_hash=found[1])
