"""What is good once is good once, however many try at the same moment, on either database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.accounts.client_address import ClientAddress
from scribedock.errors import ScribedockError
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.persons import PersonExists
from scribedock.persons.roles import Role
from scribedock.persons.second_factor import WrongCode
from scribedock.persons.sign_in_steps import ProvenStep
from scribedock.persons.signing_in import ProvenPerson
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.settings import Settings

THREADS = 4
PASSWORD = "correct horse battery"
HERE = ClientAddress(address="192.0.2.1")
ADA = NewPerson(name="Ada", email="ada@uni.example", role=Role.REVIEWER)


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", PASSWORD, parent=None, email="admin@uni.example")
    yield started
    started.close()


@pytest.fixture
def ada(services: app.Services) -> Person:
    return services.persons.create(root(services), ADA, password=PASSWORD)


def root(services: app.Services) -> Account:
    found = services.accounts.root()
    assert found is not None
    return found


def at_once(action: Callable[[int], object]) -> int:
    """Do it in several threads; return how many were not refused."""

    def succeeds(number: int) -> bool:
        try:
            action(number)
        except ScribedockError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(succeeds, range(THREADS)))


def proven(services: app.Services, name: str) -> ProvenPerson:
    return asyncio.run(services.person_sign_in.prove_password(name, PASSWORD, HERE))


def test_one_invitation_makes_one_person(services: app.Services) -> None:
    links = services.person_links
    mailed = links.invite(root(services), ADA)
    assert at_once(lambda number: links.accept(mailed.secret, f"Ada {number}", "hash")) == 1
    assert len(services.persons.list_persons()) == 1


def test_one_address_signs_one_person_in(services: app.Services) -> None:
    def create(number: int) -> None:
        services.persons.create(root(services), ADA, password=PASSWORD)

    assert at_once(create) == 1
    with pytest.raises(PersonExists):
        create(0)


def test_one_identity_is_one_person(services: app.Services) -> None:
    identity = Identity(issuer="https://login.example", subject="1")

    def create(number: int) -> None:
        services.persons.create(root(services), ADA, identity=identity)

    assert at_once(create) == 1
    assert services.persons.by_identity(identity) is not None


def test_one_link_sets_one_password(services: app.Services, ada: Person) -> None:
    mailed = services.person_links.new_password(ADA.email)
    assert mailed is not None
    assert at_once(lambda number: services.person_links.set_password(mailed.secret, f"hash {number}")) == 1


def test_one_code_is_good_for_one_sign_in(services: app.Services, ada: Person) -> None:
    factors = services.second_factors
    totp = pyotp.TOTP(factors.begin(ada, issuer="x").secret)
    now = int(services.clock.now().timestamp())
    codes = factors.confirm(ada, totp.at(now))
    assert at_once(lambda number: factors.check(ada.id, totp.at(now + 30))) == 1
    assert at_once(lambda number: factors.check(ada.id, codes[0])) == 1
    assert factors.codes_left(ada) == len(codes) - 1
    with pytest.raises(WrongCode):
        factors.check(ada.id, "000000" if totp.at(now) != "000000" else "111111")


def test_one_step_is_ended_once(services: app.Services, ada: Person) -> None:
    steps = services.sign_in_steps
    token = steps.begin(ProvenStep(person_id=ada.id, password_hash="hash", target="/web/"))
    assert at_once(lambda number: steps.end(token)) == 1


def test_an_owner_who_signs_in_everywhere_at_once_is_one_person(services: app.Services) -> None:
    found = proven(services, "admin")
    assert (
        at_once(lambda number: services.web_sessions.use(services.web_sessions.open(found) or "")) == THREADS
    )
    assert [each.id for each in services.persons.list_persons()] == [root(services).id]


def test_no_session_outlives_a_person_who_is_disabled_at_the_same_moment(
    services: app.Services, ada: Person
) -> None:
    found = proven(services, ADA.email)
    tokens: list[str] = []

    def race(number: int) -> None:
        if number == THREADS // 2:
            with services.database.write() as connection:
                services.persons.disable(connection, ada)
        else:
            tokens.append(services.web_sessions.open(found) or "")

    at_once(race)
    services.persons.enable(ada)
    for token in tokens:
        with pytest.raises(NotSignedIn):
            services.web_sessions.use(token)
