"""Whom a provider's word makes a person of which account."""

from __future__ import annotations

from scribedock.accounts.accounts import Accounts
from scribedock.mail import is_address
from scribedock.persons.oidc.errors import UnknownPerson
from scribedock.persons.oidc.vouched import VouchedPerson
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.persons import PersonExists, Persons
from scribedock.persons.roles import Role
from scribedock.settings import Settings


class ProviderPersons:
    """Persons are found by issuer and subject; an address leads to nobody, because anybody may claim it."""

    def __init__(self, persons: Persons, accounts: Accounts, settings: Settings) -> None:
        self._persons = persons
        self._accounts = accounts
        self._account = settings.oidc_account
        self._role = Role(settings.oidc_role)

    def person_of(self, vouched: VouchedPerson) -> Person:
        """Return the person, with the name and address that the provider says now; make one who is new.

        Raises UnknownPerson where new ones are not made, and for one who is disabled.
        """
        email = vouched.email if is_address(vouched.email) else ""
        known = self._persons.by_identity(vouched.identity)
        if known is None:
            known = self._made(vouched, email)
        elif (known.name, known.email) != (vouched.name, email):
            self._persons.describe(known, name=vouched.name, email=email)
        if known.disabled is not None:
            raise UnknownPerson("This person may not sign in (any more); ask whoever runs this server")
        return known

    def _made(self, vouched: VouchedPerson, email: str) -> Person:
        account = self._accounts.by_username(self._account) if self._account else None
        if account is None or account.disabled is not None:
            raise UnknownPerson("Nobody here is known by this sign-in; ask whoever runs this server")
        wanted = NewPerson(name=vouched.name, email=email, role=self._role)
        try:
            return self._persons.create(account, wanted, identity=vouched.identity)
        except PersonExists:  # in another tab, a moment ago
            found = self._persons.by_identity(vouched.identity)
            if found is None:
                raise
            return found
