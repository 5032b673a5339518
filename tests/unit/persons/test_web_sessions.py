"""What the cookie of a browser stands for, and when it no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.passwords import hash_password
from scribedock.db.tables import web_sessions
from scribedock.errors import LoginInvalid
from scribedock.ordering.delete_account import delete_account
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.roles import Role
from scribedock.persons.signing_in import ProvenPerson
from scribedock.persons.web_sessions import NotSignedIn
from tests.support.core import Core

PASSWORD = "correct horse battery"
ANYWHERE = ClientAddress(address="192.0.2.7")
MINUTE = 60.0  # seconds


@pytest.fixture
def uni(core: Core) -> Account:
    return core.services.accounts.create("uni", PASSWORD, parent="admin", email="office@uni.example")


@pytest.fixture
def maria(core: Core, uni: Account) -> Person:
    wanted = NewPerson(name="Maria", email="Maria@uni.example", role=Role.REQUESTER)
    return core.services.persons.create(uni, wanted, password=PASSWORD)


def proven(core: Core, name: str, password: str = PASSWORD) -> ProvenPerson:
    return asyncio.run(core.services.person_sign_in.prove_password(name, password, ANYWHERE))


def signed_in(core: Core, name: str) -> str:
    token = core.services.web_sessions.open(proven(core, name))
    assert token is not None
    return token


def is_over(core: Core, token: str) -> bool:
    try:
        core.services.web_sessions.use(token)
    except NotSignedIn:
        return True
    return False


def test_a_person_signs_in_with_the_address_in_any_case(core: Core, maria: Person) -> None:
    for name in ("maria@uni.example", "MARIA@UNI.EXAMPLE", " Maria@uni.example "):
        session = core.services.web_sessions.use(signed_in(core, name))
        assert (session.person.id, session.person.role) == (maria.id, Role.REQUESTER)
    found = core.services.persons.by_id(maria.id)
    assert found is not None and found.last_sign_in is not None


def test_an_accounts_own_name_and_password_sign_in_as_its_owner(core: Core, uni: Account) -> None:
    assert core.services.persons.list_persons(uni) == []
    person = core.services.web_sessions.use(signed_in(core, "uni")).person
    assert (person.id, person.account_id, person.role) == (uni.id, uni.id, Role.OWNER)
    assert (person.name, person.email) == ("uni", "office@uni.example")
    assert core.services.web_sessions.use(signed_in(core, "uni")).person.id == person.id
    assert [each.id for each in core.services.persons.list_persons(uni)] == [uni.id]


def test_an_account_with_the_name_of_a_persons_address_does_not_stand_before_it(
    core: Core, uni: Account, maria: Person
) -> None:
    core.services.accounts.create("maria@uni.example", "another password", parent="uni")
    assert proven(core, "maria@uni.example").person_id == maria.id
    with pytest.raises(LoginInvalid):
        proven(core, "maria@uni.example", "another password")


def test_only_a_fingerprint_of_the_token_is_stored(core: Core, maria: Person) -> None:
    token = signed_in(core, "maria@uni.example")
    with core.services.database.read() as connection:
        row = connection.execute(sa.select(web_sessions)).mappings().one()
    assert token not in str(dict(row))
    assert core.services.web_sessions.use(token).csrf_token not in str(dict(row))


def test_each_session_has_a_csrf_token_of_its_own(core: Core, maria: Person) -> None:
    tokens = [signed_in(core, "maria@uni.example") for _ in range(2)]
    first, second = (core.services.web_sessions.use(token).csrf_token for token in tokens)
    assert first != second and first not in tokens
    assert core.services.web_sessions.use(tokens[0]).csrf_token == first


def test_a_session_ends_after_a_quarter_of_an_hour_without_a_request(core: Core, maria: Person) -> None:
    token = signed_in(core, "maria@uni.example")
    for _ in range(5):
        core.clock.advance(14 * MINUTE)
        assert not is_over(core, token)
    core.clock.advance(16 * MINUTE)
    assert is_over(core, token)


def test_what_a_page_asks_by_itself_keeps_no_session_alive(core: Core, maria: Person) -> None:
    token = signed_in(core, "maria@uni.example")
    for _ in range(14):
        core.clock.advance(MINUTE)
        core.services.web_sessions.use(token, extend=False)
    core.clock.advance(2 * MINUTE)
    assert is_over(core, token)


def test_a_session_ends_after_half_a_day_however_much_it_is_used(core: Core, maria: Person) -> None:
    token = signed_in(core, "maria@uni.example")
    for _ in range(12 * 60 // 10 - 1):
        core.clock.advance(10 * MINUTE)
        session = core.services.web_sessions.use(token)
        assert session.idle_ends <= session.ends
    core.clock.advance(10 * MINUTE)
    assert is_over(core, token)


def test_how_long_sessions_last_can_be_set(build_core: Callable[..., Core]) -> None:
    core = build_core(web_session_idle_s=3600, web_session_max_s=7200)
    token = core.services.web_sessions.open(proven(core, "admin", "a password"))
    assert token is not None
    for minutes, over in ((59, False), (59, False), (3, True)):
        core.clock.advance(minutes * MINUTE)
        assert is_over(core, token) == over


def test_a_closed_session_is_over_and_others_are_not(core: Core, maria: Person) -> None:
    tokens = [signed_in(core, "maria@uni.example") for _ in range(3)]
    sessions = core.services.web_sessions
    sessions.close(sessions.use(tokens[0]).fingerprint)
    assert [is_over(core, token) for token in tokens] == [True, False, False]
    assert sessions.close_all_of(maria, keep=sessions.use(tokens[1]).fingerprint) == 1
    assert [is_over(core, token) for token in tokens] == [True, False, True]


def disable_person(core: Core, uni: Account, maria: Person) -> None:
    with core.services.database.write() as connection:
        core.services.persons.disable(connection, maria)


def remove_person(core: Core, uni: Account, maria: Person) -> None:
    with core.services.database.write() as connection:
        core.services.persons.remove(connection, maria)


def change_password(core: Core, uni: Account, maria: Person) -> None:
    core.services.persons.set_password_hash(maria, hash_password("another password"))


def disable_account(core: Core, uni: Account, maria: Person) -> None:
    core.services.accounts.disable(uni)


def disable_parent(core: Core, uni: Account, maria: Person) -> None:
    lower = core.services.accounts.create("faculty", PASSWORD, parent="uni")
    assert lower.parent_id == uni.id
    core.services.accounts.disable(uni)


def bury_account(core: Core, uni: Account, maria: Person) -> None:
    delete_account(core.services, uni)


ENDS = [disable_person, remove_person, change_password, disable_account, disable_parent, bury_account]


@pytest.mark.parametrize("end", ENDS)
def test_a_persons_sessions_end_at_once_with_what_they_rest_on(
    core: Core, uni: Account, maria: Person, end: Callable[[Core, Account, Person], None]
) -> None:
    token, others = signed_in(core, "maria@uni.example"), signed_in_as_admin(core)
    before = proven(core, "maria@uni.example")
    end(core, uni, maria)
    assert is_over(core, token)
    assert core.services.web_sessions.open(before) is None, "what was proven before is no longer right"
    assert not is_over(core, others)


def signed_in_as_admin(core: Core) -> str:
    token = core.services.web_sessions.open(proven(core, "admin", "a password"))
    assert token is not None
    return token


def test_a_session_does_not_come_back_when_its_account_is_enabled_again(
    core: Core, uni: Account, maria: Person
) -> None:
    token = signed_in(core, "maria@uni.example")
    core.services.accounts.disable(uni)
    core.services.accounts.enable(uni)
    assert is_over(core, token)


def test_a_new_password_of_the_account_ends_the_sessions_of_its_owner_alone(
    core: Core, uni: Account, maria: Person
) -> None:
    owner, kept, person = signed_in(core, "uni"), signed_in(core, "uni"), signed_in(core, "maria@uni.example")
    before = proven(core, "uni")
    keep = core.services.web_sessions.use(kept).fingerprint
    core.services.accounts.set_password(uni, "another password", keep_session=keep)
    assert [is_over(core, token) for token in (owner, kept, person)] == [True, False, False]
    assert core.services.web_sessions.open(before) is None


def test_nobody_who_signs_in_through_a_provider_has_a_password_here(core: Core, uni: Account) -> None:
    wanted = NewPerson(name="Ada", email="ada@uni.example", role=Role.REVIEWER)
    identity = Identity(issuer="https://login.uni.example", subject="4711")
    ada = core.services.persons.create(uni, wanted, identity=identity)
    for password in ("", PASSWORD):
        with pytest.raises(LoginInvalid):
            proven(core, "ada@uni.example", password)
    assert core.services.persons.by_identity(identity) == ada
    token = core.services.web_sessions.open(ProvenPerson(person_id=ada.id))
    assert token is not None and core.services.web_sessions.use(token).person == refreshed(core, ada)


def refreshed(core: Core, person: Person) -> Person:
    found = core.services.persons.by_id(person.id)
    assert found is not None
    return found


def test_nobody_with_a_password_can_be_vouched_for_by_a_provider(core: Core, maria: Person) -> None:
    assert core.services.web_sessions.open(ProvenPerson(person_id=maria.id)) is None
    assert core.services.web_sessions.open(ProvenPerson(person_id=maria.account_id)) is None


def test_expired_sessions_are_swept_and_others_stay(core: Core, maria: Person) -> None:
    for _ in range(3):
        signed_in(core, "maria@uni.example")
    core.clock.advance(16 * MINUTE)
    living = signed_in(core, "maria@uni.example")
    assert core.services.web_sessions.sweep() == 3
    assert not is_over(core, living)


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "ä", "a" * 10_000])
def test_what_is_no_token_opens_nothing(core: Core, maria: Person, token: str) -> None:
    signed_in(core, "maria@uni.example")
    assert is_over(core, token)
