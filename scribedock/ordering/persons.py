"""What ends with a person: besides their sessions, the reviews that they have taken."""

from __future__ import annotations

from scribedock.accounts.scopes import Right
from scribedock.db.engine import time_of
from scribedock.host.erasure_journal import ErasedPart, Erasure
from scribedock.ordering.parts import Parts
from scribedock.persons.person import Person
from scribedock.persons.roles import Role, permissions


def change_role(parts: Parts, person: Person, role: Role, *, reads_contents: bool = False) -> None:
    """Give a person another role; who reviews no more has nothing taken any more.

    Raises InvalidQuery for the account itself.
    """
    with parts.database.write() as connection:
        parts.persons.set_role(connection, person, role, reads_contents=reads_contents)
        if Right.REVIEW not in permissions(role).rights:
            parts.reviews.release_all(connection, person.account_id, person_id=person.id)


def disable_person(parts: Parts, person: Person) -> None:
    """Keep a person from signing in; sessions and API keys end, and reviews are open to others again.

    Raises InvalidQuery for the account itself.
    """
    with parts.database.write() as connection:
        parts.persons.disable(connection, person)
        parts.reviews.release_all(connection, person.account_id, person_id=person.id)


def remove_person(parts: Parts, person: Person) -> None:
    """Remove a person as `disable_person` does; the name stays, for the audit log.

    The erasure journal knows of it, so that the person does not come back with a backup.
    """
    with parts.database.write() as connection:
        parts.persons.remove(connection, person)
        parts.reviews.release_all(connection, person.account_id, person_id=person.id)
        removal = Erasure(at=time_of(connection), part=ErasedPart.PERSON, id=person.id)
        parts.journal.note(removal)
