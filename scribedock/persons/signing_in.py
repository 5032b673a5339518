"""Signing in with a password: a person's with the address, an account's own with its name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.password_check import PasswordCheck
from scribedock.db.engine import Database
from scribedock.db.tables import accounts, persons
from scribedock.persons.person import Person, login_of


@dataclass(frozen=True, kw_only=True)
class ProvenPerson:
    """Who has proven to be this person; a session is opened only while the proof is still right."""

    person_id: str
    password_hash: str | None = None  # None: a provider has vouched for the person


class PersonSignIn:
    def __init__(self, database: Database, passwords: PasswordCheck) -> None:
        self._database = database
        self._passwords = passwords

    async def prove_password(self, name: str, password: str, client: ClientAddress) -> ProvenPerson:
        """Check a password; return who has proven to know it.

        name: a person's address, or the name of an account. Raises as `PasswordCheck.prove`, the same for a
        wrong password, an unknown name, and somebody who is disabled.
        """
        return await self._passwords.prove(name.strip(), password, client, self._holder)

    async def prove_again(self, person: Person, password: str, client: ClientAddress) -> ProvenPerson:
        """Check the password of somebody who is signed in. Raises as `prove_password`."""
        name = person.name if person.is_account else person.email
        return await self._passwords.prove(name, password, client, lambda _: self._same(person))

    def _same(self, person: Person) -> ProvenPerson | None:
        query = (
            sa.select(accounts.c.password_hash).where(accounts.c.id == person.id)
            if person.is_account
            else sa.select(persons.c.password_hash).where(persons.c.id == person.id)
        )
        with self._database.read() as connection:
            hashed = connection.execute(query).scalar()
        return None if not hashed else ProvenPerson(person_id=person.id, password_hash=hashed)

    def _holder(self, name: str) -> ProvenPerson | None:
        # A person comes first: an address has been proven by mail, but anybody may make an account with the
        # name that somebody else signs in with.
        of_person = (
            sa.select(persons.c.id, persons.c.password_hash)
            .join(accounts, accounts.c.id == persons.c.account_id)
            .where(
                persons.c.login == login_of(name), persons.c.disabled.is_(None), accounts.c.disabled.is_(None)
            )
        )
        of_account = sa.select(accounts.c.id, accounts.c.password_hash).where(
            accounts.c.username == name, accounts.c.disabled.is_(None)
        )
        with self._database.read() as connection:
            row = connection.execute(of_person).first() or connection.execute(of_account).first()
        return None if row is None else ProvenPerson(person_id=row.id, password_hash=row.password_hash)
