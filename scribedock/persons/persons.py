"""The persons of accounts: made, found, changed, removed.

Whoever knows an account's own name and password signs in as its owner. That person has the account's id, the
role of an owner for good, and a row from the first time on.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from scribedock.accounts.accounts import Account
from scribedock.accounts.person_tombstones import bury_persons
from scribedock.accounts.session_ends import end_keys, end_password_sessions, end_web_sessions
from scribedock.accounts.signing_in.passwords import hash_password
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import accounts, api_keys, persons, second_factors
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.persons.person import Identity, NewPerson, Person, login_of, person_of
from scribedock.persons.roles import Role, permissions

SELECT = (
    sa.select(
        persons,
        accounts.c.username,
        accounts.c.email.label("account_email"),
        accounts.c.disabled.label("closed"),
        accounts.c.reviewer.label("account_reviews"),
        second_factors.c.confirmed.label("second_factor"),
    )
    .join(accounts, accounts.c.id == persons.c.account_id)
    .outerjoin(second_factors, second_factors.c.person_id == persons.c.id)
)


class PersonExists(InvalidQuery):
    """Somebody signs in with this address already."""

    status = 409


class Persons:
    def __init__(self, database: Database) -> None:
        self._database = database

    def owner_of(self, account: Account) -> Person:
        """Return the person who signs in with the account's own name and password."""
        with self._database.write() as connection:
            insert_owner(connection, account.id)
            return _one(connection, persons.c.id == account.id)

    def create(
        self,
        account: Account,
        wanted: NewPerson,
        *,
        password: str | None = None,
        identity: Identity | None = None,
    ) -> Person:
        """Make a person of the account, who signs in with a password, or through a provider.

        Raises InvalidQuery for what cannot be used, and PersonExists.
        """
        hashed = None if password is None else hash_password(password)
        with self._database.write() as connection:
            return self.add(connection, account.id, wanted, password_hash=hashed, identity=identity)

    def add(
        self,
        connection: Connection,
        account_id: str,
        wanted: NewPerson,
        *,
        password_hash: str | None = None,
        identity: Identity | None = None,
    ) -> Person:
        """Make a person as `create` does, within a transaction; the password is already hashed."""
        wanted.check(needs_email=identity is None)
        account = connection.execute(
            sa.select(accounts.c.disabled).where(accounts.c.id == account_id).with_for_update(read=True)
        ).first()
        if account is None or account.disabled is not None:
            raise InvalidQuery("The account is disabled or deleted")
        person_id = uuid.uuid4().hex
        try:
            with connection.begin_nested():
                connection.execute(
                    persons.insert().values(
                        id=person_id,
                        account_id=account_id,
                        name=wanted.name.strip(),
                        email=wanted.email.strip(),
                        login=None if password_hash is None else login_of(wanted.email),
                        role=wanted.role.value,
                        reads_contents=wanted.reads_contents,
                        password_hash=password_hash,
                        issuer=identity.issuer if identity else None,
                        subject=identity.subject if identity else None,
                        created=time_of(connection),
                    )
                )
        except IntegrityError:
            raise PersonExists("There is already a person who signs in so") from None
        return _one(connection, persons.c.id == person_id)

    def by_id(self, person_id: str) -> Person | None:
        """Return a person, also one that is disabled or removed."""
        with self._database.read() as connection:
            row = connection.execute(SELECT.where(persons.c.id == person_id)).first()
        return None if row is None else person_of(row)

    def by_identity(self, identity: Identity) -> Person | None:
        """Return the person whom a provider knows as this."""
        is_same = sa.and_(persons.c.issuer == identity.issuer, persons.c.subject == identity.subject)
        with self._database.read() as connection:
            row = connection.execute(SELECT.where(is_same)).first()
        return None if row is None else person_of(row)

    def find_person(self, wanted: str) -> Person:
        """Return the person with this address or id, or the owner of the account with this name.

        Raises ItemNotFound, also where several persons have the address: then the id is needed.
        """
        living = persons.c.deleted.is_(None)
        named = sa.or_(
            persons.c.id == wanted,
            persons.c.login == login_of(wanted),
            sa.func.lower(persons.c.email) == login_of(wanted),
            sa.and_(persons.c.id == persons.c.account_id, accounts.c.username == wanted),
        )
        with self._database.read() as connection:
            rows = connection.execute(SELECT.where(living, named).limit(2)).all()
        if not rows:
            raise ItemNotFound(f"There is no person {wanted!r}; `scribedock persons list` shows all")
        if len(rows) > 1:
            raise ItemNotFound(f"Several persons have the address {wanted!r}; give the id of one")
        return person_of(rows[0])

    def list_persons(self, account: Account | None = None, *, deleted: bool = False) -> list[Person]:
        """Return the persons of an account, or of all, by account and name; or those that were removed."""
        query = SELECT.where(persons.c.deleted.is_not(None) if deleted else persons.c.deleted.is_(None))
        if account is not None:
            query = query.where(persons.c.account_id == account.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(accounts.c.username, persons.c.name, persons.c.id)).all()
        return [person_of(row) for row in rows]

    def describe(self, person: Person, *, name: str, email: str) -> None:
        """Change what is shown of a person; how the person signs in stays as it is."""
        with self._database.write() as connection:
            connection.execute(
                persons.update().where(persons.c.id == person.id).values(name=name, email=email)
            )

    def set_role(
        self, connection: Connection, person: Person, role: Role, *, reads_contents: bool = False
    ) -> None:
        """Give the person another role, with effect on the next request, within a transaction.

        API keys of theirs that may do more than the role end. Raises InvalidQuery for the account itself.
        """
        _check_not_account(person, "is always its owner")
        left = [scope.value for scope in permissions(role, contents_granted=reads_contents).key_scopes()]
        connection.execute(
            persons.update()
            .where(persons.c.id == person.id)
            .values(role=role.value, reads_contents=reads_contents)
        )
        end_keys(connection, sa.and_(api_keys.c.person_id == person.id, api_keys.c.scope.not_in(left)))

    def set_password_hash(self, person: Person, password_hash: str, *, keep_session: str = "") -> None:
        """Change the person's password, which may be the account's; other sessions end.

        keep_session: the fingerprint of the one that does not. Raises InvalidQuery for a person who signs in
        through a provider.
        """
        if not person.has_password:
            raise InvalidQuery("This person signs in through a provider and has no password here")
        with self._database.write() as connection:
            replace_password(connection, person.id, person.account_id, password_hash, keep=keep_session)

    def disable(self, connection: Connection, person: Person) -> None:
        """Keep the person from signing in; sessions and API keys end. Within a transaction.

        Raises InvalidQuery for the account itself.
        """
        _check_not_account(person, "cannot be disabled without it")
        now = time_of(connection)
        connection.execute(
            persons.update()
            .where(persons.c.id == person.id, persons.c.disabled.is_(None))
            .values(disabled=now)
        )
        # Afterwards, when nobody can sign in any more.
        end_web_sessions(connection, person.id)
        end_keys(connection, api_keys.c.person_id == person.id)

    def enable(self, person: Person) -> None:
        """Let the person sign in again; API keys that ended stay so."""
        with self._database.write() as connection:
            connection.execute(persons.update().where(persons.c.id == person.id).values(disabled=None))

    def remove(self, connection: Connection, person: Person) -> None:
        """Remove a person within a transaction; the name stays, for the audit log.

        Raises InvalidQuery for the account itself.
        """
        _check_not_account(person, "cannot be removed without it")
        bury_persons(connection, persons.c.id == person.id)


def replace_password(
    connection: Connection, person_id: str, account_id: str, password_hash: str, *, keep: str = ""
) -> None:
    """Give a person another password and end the other sessions, within a transaction.

    Where the person is the account itself, this is the account's password, and sessions of the API that it
    has opened end too.
    """
    table = accounts if person_id == account_id else persons
    connection.execute(table.update().where(table.c.id == person_id).values(password_hash=password_hash))
    if table is accounts:
        end_password_sessions(connection, account_id, keep=keep)
    else:
        end_web_sessions(connection, person_id, keep=keep)


def insert_owner(connection: Connection, account_id: str) -> None:
    """Make the person who is the account itself, unless there is one."""
    insert_once(
        connection,
        persons,
        id=account_id,
        account_id=account_id,
        name="",
        email="",
        role=Role.OWNER.value,
        reads_contents=False,
        created=time_of(connection),
    )


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Person:
    return person_of(connection.execute(SELECT.where(condition)).one())


def _check_not_account(person: Person, rule: str) -> None:
    if person.is_account:
        raise InvalidQuery(f"{person.name!r} signs in with the account's own name and {rule}")
