"""Persons of one account who review: they are several people, and what they do has their name."""

from __future__ import annotations

import json
import zlib

import pytest
import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.accounts.reviewers import is_reviewed
from scribedock.db.tables import drafts, passes, segment_saves
from scribedock.errors import AccountUnprivileged, InvalidQuery
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.ordering.persons import disable_person
from scribedock.orders.passes import PassKind
from scribedock.parsing.segment_edits import check_edit, splices_of
from scribedock.persons.acting import acting_as, acting_person
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from scribedock.reviews.segment_saves import SavedSegments, SegmentEdit
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.core import Core
from tests.support.finished import finished_job
from tests.support.review_desk import ReviewDesk

REVIEW, CORRECTION = PassKind.REVIEW, PassKind.CORRECTION


def made(core: Core, account: Account, name: str, role: Role = Role.REVIEWER) -> Person:
    wanted = NewPerson(name=name, email=f"{name.lower()}@uni.example", role=role)
    return core.services.persons.create(account, wanted, password="correct horse battery")


def queue(core: Core, desk: ReviewDesk) -> int:
    """Return how many passes Ann may take or has taken."""
    ann = core.services.accounts.by_id(desk.ann.id)
    assert ann is not None
    return len(core.services.reviews.listing(core.services.reviewers.scope(ann), ann.id))


def test_two_persons_of_an_account_do_not_work_on_one_pass(core: Core) -> None:
    desk = ReviewDesk(core)
    ada, eve = made(core, desk.ann, "Ada"), made(core, desk.ann, "Eve")
    with acting_as(ada.id):
        desk.take(desk.ann)
        desk.take(desk.ann)
        desk.save(desk.ann, "The sea is very deep.")
    for other in (eve.id, None):
        with acting_as(other):
            for attempt in (lambda: desk.take(desk.ann), lambda: desk.approve(desk.ann)):
                with pytest.raises(InvalidQuery) as refused:
                    attempt()
                assert refused.value.status == 409
            assert queue(core, desk) == 0
    with acting_as(ada.id):
        assert queue(core, desk) == 1
        desk.approve(desk.ann)
    assert "very" in desk.published()
    with core.services.database.read() as connection:
        for table in (passes, drafts):
            found = connection.execute(sa.select(table.c.account_id, table.c.person_id)).all()
            assert found == [(desk.ann.id, ada.id)], table.name


def test_the_account_and_its_owner_are_one(core: Core) -> None:
    desk = ReviewDesk(core)
    owner = core.services.persons.owner_of(desk.ann)
    with acting_as(owner.id):
        desk.take(desk.ann)
    desk.save(desk.ann, "The sea is very deep.")
    with acting_as(owner.id):
        desk.approve(desk.ann)
    assert "very" in desk.published()


def test_what_a_disabled_person_has_taken_is_open_to_others(core: Core) -> None:
    desk = ReviewDesk(core)
    ada, eve = made(core, desk.ann, "Ada"), made(core, desk.ann, "Eve")
    with acting_as(ada.id):
        desk.take(desk.ann)
    disable_person(core.services, eve)
    with pytest.raises(InvalidQuery):
        desk.take(desk.bob)
    disable_person(core.services, ada)
    desk.take(desk.bob)


def saved(desk: ReviewDesk, who: Account, line: int, text: str, *, save_id: str) -> SavedSegments:
    saves = desk.core.services.segment_saves
    work = saves.read(desk.job_id, None, CORRECTION)
    body = {
        "changes": [{"first": line, "removed": 1, "segments": emit(say(text))["segments"]}],
        "speakers": [],
    }
    arguments = {"language": "en", "media_ms": 10**9, "margin_ms": 0}
    facts, compressed = check_edit(arguments, json.dumps(body).encode())
    edit = SegmentEdit(
        base=work.version, save_id=save_id, splices=splices_of(facts["splices"]), compressed=compressed
    )
    return saves.save(desk.job_id, frozenset({desk.core.admin.id}), CORRECTION, who.id, edit)


def test_saves_of_two_persons_of_an_account_are_told_apart_and_have_their_names(core: Core) -> None:
    desk = ReviewDesk(core, elementlist=say("One.", "Two.", "Three."))
    owner = core.services.persons.owner_of(core.admin)
    ada = made(core, core.admin, "Ada", Role.REQUESTER)
    before = core.services.segment_saves.read(desk.job_id, None, CORRECTION).version
    for person, line, text in ((ada, 0, "First."), (owner, 1, "Second."), (None, 2, "Third.")):
        with acting_as(person.id if person else None):
            saved(desk, core.admin, line, text, save_id="1")
    visible = frozenset({core.admin.id})
    changes = core.services.segment_saves.changes_since(desk.job_id, visible, CORRECTION, before)
    assert [each.username for each in changes] == ["Ada", "admin"], "the owner's save is not made twice"
    with core.services.database.read() as connection:
        found = connection.execute(sa.select(segment_saves.c.person_id)).scalars().all()
    assert sorted(found) == sorted([ada.id, core.admin.id])
    work = core.services.segment_saves.read(desk.job_id, None, CORRECTION)
    text = zlib.decompress(work.compressed)
    assert b"Second" in text and b"Third" not in text.replace(b"Three", b"")


def test_a_person_with_the_role_reviews_for_the_own_account_and_all_below(core: Core) -> None:
    uni = core.services.accounts.create("uni", "a password", parent="admin")
    below = core.services.accounts.create("faculty", "a password", parent="uni")
    with pytest.raises(AccountUnprivileged):
        core.services.reviewers.scope(uni)
    scope = core.services.reviewers.scope(uni, as_reviewer=True)
    assert scope.account_ids == {uni.id, below.id} and not scope.sandbox_only
    core.services.accounts.set_reviewer(below, True)
    found = core.services.accounts.by_username("faculty")
    assert found is not None
    assert core.services.reviewers.scope(found, as_reviewer=True).account_ids == {uni.id, below.id}


def test_an_order_waits_for_the_reviewers_of_its_account(core: Core) -> None:
    uni = core.services.accounts.create("uni", "a password", parent="admin")
    core.services.accounts.create("faculty", "a password", parent="uni")
    core.services.accounts.create("museum", "a password", parent="admin")
    made(core, uni, "Rita", Role.REQUESTER)

    def status(name: str) -> JobStatus:
        job_id = finished_job(core.services, say("The sea."), username=name, fidelity=Fidelity.STANDARD)
        return core.services.jobs.find_job(job_id).status

    assert status("uni") is JobStatus.COMPLETE
    ada = made(core, uni, "Ada")
    assert (status("uni"), status("faculty"), status("museum")) == (
        JobStatus.REVIEWING,
        JobStatus.REVIEWING,
        JobStatus.COMPLETE,
    )
    disable_person(core.services, ada)
    with core.services.database.read() as connection:
        assert not is_reviewed(connection, uni.id)


def test_nobody_acts_outside_of_the_block() -> None:
    assert acting_person() is None
    with acting_as("a"), acting_as(None):
        assert acting_person() is None
    assert acting_person() is None
