"""What ends with a person."""

from __future__ import annotations

from scribedock.host.erasure_journal import ErasedPart, read_journals
from scribedock.ordering.persons import disable_person, remove_person
from scribedock.ordering.replay_erasures import Replayed, replay_erasures
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.core import Core


def made(core: Core, email: str = "ada@uni.example") -> Person:
    wanted = NewPerson(name="Ada", email=email, role=Role.REVIEWER)
    return core.services.persons.create(core.admin, wanted, password="correct horse battery")


def test_a_removed_person_does_not_come_back_with_a_backup(core: Core) -> None:
    ada, eve = made(core), made(core, "eve@uni.example")
    disable_person(core.services, eve)
    remove_person(core.services, ada)
    (removal,) = read_journals([core.services.journal.path])
    assert (removal.part, removal.id) == (ErasedPart.PERSON, ada.id)
    restored = made(core)
    again = type(removal)(at=removal.at, part=removal.part, id=restored.id)
    assert replay_erasures(core.services, [removal, again]) == Replayed(erased=1, unknown=1)
    after = core.services.persons.by_id(restored.id)
    assert after is not None and after.deleted is not None and after.email == ""
    assert core.services.persons.find_person("eve@uni.example").disabled is not None
