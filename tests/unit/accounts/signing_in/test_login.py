"""Who waits, who is refused, and which logins leave a session; on either database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.sessions import Dialect
from scribedock.accounts.signing_in import login_failures as failures
from scribedock.accounts.signing_in.login import Login
from scribedock.accounts.signing_in.password_check import PasswordCheck
from scribedock.db.tables import login_failures, sessions
from scribedock.errors import AccountUnprivileged, BadApiToken, InvalidQuery, LoginInvalid
from scribedock.settings import Settings
from scribedock.testing.clock import ManualClock

LIMIT = 3
ROUNDS = 10
PASSWORD = "secret"
OWNER = ClientAddress(address="203.0.113.1")
HIDDEN = ClientAddress(address="192.0.2.50", is_evidence=False)


class Waits:
    """A sleep that takes no time, and remembers how long it would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str], clock: ManualClock) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, login_failures=LIMIT, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings, clock=clock)
    started.accounts.create("admin", "a password", parent=None)
    started.accounts.create("maria", PASSWORD, parent="admin")
    yield started
    started.close()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def login(services: app.Services, waits: Waits) -> Login:
    return Login(
        services.accounts,
        services.api_keys,
        services.sessions,
        services.login_failures,
        PasswordCheck(services.login_failures, services.hashing, sleep=waits),
        services.settings,
    )


def token(
    login: Login, client: ClientAddress = OWNER, *, name: str = "maria", password: str = PASSWORD
) -> str:
    return login.open_session(
        asyncio.run(login.prove_password(name, password, client)), dialect=Dialect.CLASSIC
    )


def recorded(services: app.Services) -> list[str]:
    """Return the subjects that failures are counted for."""
    with services.database.read() as connection:
        return list(connection.execute(sa.select(login_failures.c.subject)).scalars())


def fail(login: Login, client: ClientAddress, *, name: str = "maria", times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(LoginInvalid):
            token(login, client, name=name, password="wrong")


def count(services: app.Services, name: str, addresses: int) -> None:
    """As many failures as `addresses` may have, without the time for their hashes."""
    for number in range(addresses):
        for _ in range(LIMIT):
            services.login_failures.count(name, ClientAddress(address=f"198.51.100.{number}"))


def test_a_name_that_failed_from_everywhere_is_slowed_down_and_never_refused(
    services: app.Services, login: Login, waits: Waits
) -> None:
    count(services, "maria", 50)
    assert token(login)
    assert waits.seconds == [failures.MAX_DELAY_S]
    assert token(login, name="admin", password="a password")
    assert len(waits.seconds) == 1  # another name does not wait


def test_the_delay_grows_with_the_failures_of_the_name_known_or_not(services: app.Services) -> None:
    for name in ("maria", "nobody"):
        delays = []
        for number in range(LIMIT + 6):
            delays.append(services.login_failures.delay_s(name, others=0))
            services.login_failures.count(name, ClientAddress(address=f"198.51.100.{number}"))
        assert delays == [0] * LIMIT + [0.25, 0.5, 1, 2, 4, 5]


def test_many_at_once_wait_as_if_each_had_failed_but_only_where_the_name_has_failed(
    services: app.Services,
) -> None:
    assert services.login_failures.delay_s("maria", others=100) == 0
    services.login_failures.count("maria", OWNER)
    assert services.login_failures.delay_s("maria", others=100) == failures.MAX_DELAY_S


def test_an_address_is_refused_for_the_name_that_it_failed_with_and_then_for_all(
    services: app.Services, login: Login
) -> None:
    attacker = ClientAddress(address="198.51.100.1")
    fail(login, attacker, times=LIMIT)
    with pytest.raises(InvalidQuery) as refused:
        token(login, attacker)
    assert refused.value.status == 429
    assert 0 < int(refused.value.headers["Retry-After"]) <= services.settings.login_throttle_s + 1
    assert token(login, attacker, name="admin", password="a password")
    for number in range(LIMIT * failures.ADDRESS_LIMIT_FACTOR):
        services.login_failures.count(f"name {number}", attacker)
    with pytest.raises(InvalidQuery):
        token(login, attacker, name="admin", password="a password")
    assert token(login)


def test_many_wrong_passwords_at_once_are_not_all_checked(services: app.Services, login: Login) -> None:
    attacker = ClientAddress(address="198.51.100.1")

    async def burst() -> list[object]:
        tries = [login.prove_password("maria", "wrong", attacker) for _ in range(20)]
        return await asyncio.gather(*tries, return_exceptions=True)

    kinds = [type(each) for each in asyncio.run(burst())]
    assert LIMIT <= kinds.count(LoginInvalid) <= LIMIT + 1
    assert kinds.count(InvalidQuery) == 20 - kinds.count(LoginInvalid)


def test_an_address_that_is_no_evidence_locks_nobody(
    services: app.Services, login: Login, waits: Waits
) -> None:
    for number in range(LIMIT * failures.ADDRESS_LIMIT_FACTOR + 1):
        services.login_failures.count(f"name {number}", HIDDEN)
    fail(login, HIDDEN, times=LIMIT + 1)
    assert token(login, HIDDEN)
    assert token(login, HIDDEN, name="admin", password="a password")
    assert waits.seconds == [0.25, 0.5]


def test_unknown_keys_refuse_the_address_and_slow_no_name_down(services: app.Services, login: Login) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    key = services.api_keys.newest(maria, force_new=False)
    attacker = ClientAddress(address="198.51.100.1")
    for name in ("maria", None):
        for _ in range(LIMIT):
            with pytest.raises(AccountUnprivileged):
                login.prove_key(name, "0" * 32, attacker)
        with pytest.raises(InvalidQuery):
            login.prove_key(name, key, attacker)
        assert services.login_failures.delay_s(name or "", others=0) == 0
        assert login.prove_key(name, key, OWNER).account_id == maria.id
    for _ in range(100):
        with pytest.raises(AccountUnprivileged):
            login.prove_key(None, "0" * 32, HIDDEN)
    assert login.prove_key(None, key, HIDDEN).account_id == maria.id


def test_an_address_that_was_refused_may_try_again_after_the_pause(
    services: app.Services, login: Login, clock: ManualClock
) -> None:
    fail(login, OWNER, times=LIMIT)
    clock.advance(services.settings.login_throttle_s - 1)
    with pytest.raises(InvalidQuery) as refused:
        token(login)
    assert refused.value.headers["Retry-After"] == "2"
    clock.advance(2)
    assert token(login)


def test_expired_counts_are_removed(services: app.Services, clock: ManualClock) -> None:
    services.login_failures.count("maria", OWNER)
    clock.advance(services.settings.login_throttle_s)
    services.login_failures.count("admin", ClientAddress(address="198.51.100.1"))
    assert services.login_failures.sweep() == 0
    clock.advance(1)
    before = len(recorded(services))
    assert 0 < services.login_failures.sweep() < before
    clock.advance(services.settings.login_throttle_s)
    services.login_failures.sweep()
    assert recorded(services) == []


def test_a_session_ends_after_its_idle_time_and_each_use_begins_that_anew(
    services: app.Services, login: Login, clock: ManualClock
) -> None:
    opened = token(login)
    for _ in range(3):
        clock.advance(services.settings.session_idle_s - 1)
        assert services.sessions.use(opened).account_id
    clock.advance(services.settings.session_idle_s + 1)
    with pytest.raises(BadApiToken):
        services.sessions.use(opened)


def test_a_login_that_races_a_change_of_the_password_leaves_no_session(
    services: app.Services, login: Login
) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    proven = asyncio.run(login.prove_password("maria", PASSWORD, OWNER))
    services.accounts.set_password(maria, "another")
    with pytest.raises(LoginInvalid):
        login.open_session(proven, dialect=Dialect.CLASSIC)
    assert open_sessions(services) == 0


def test_a_login_that_races_the_end_of_its_account_leaves_no_session(
    services: app.Services, login: Login
) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    key = services.api_keys.newest(maria, force_new=False)
    by_password = asyncio.run(login.prove_password("maria", PASSWORD, OWNER))
    by_key = login.prove_key("maria", key, OWNER)
    services.accounts.disable(maria)
    with pytest.raises(LoginInvalid):
        login.open_session(by_password, dialect=Dialect.CLASSIC)
    with pytest.raises(AccountUnprivileged):
        login.open_session(by_key, dialect=Dialect.CLASSIC)
    services.accounts.enable(maria)
    assert open_sessions(services) == 0
    assert login.open_session(by_key, dialect=Dialect.CLASSIC)


def test_a_login_that_races_the_removal_of_its_key_leaves_no_session(
    services: app.Services, login: Login
) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    key = services.api_keys.newest(maria, force_new=False)
    proven = login.prove_key("maria", key, OWNER)
    services.api_keys.remove(frozenset({maria.id}), key)
    with pytest.raises(AccountUnprivileged):
        login.open_session(proven, dialect=Dialect.CLASSIC)
    assert open_sessions(services) == 0


def test_a_session_that_outlives_its_key_lives_no_longer_than_one_of_a_password(
    services: app.Services, login: Login
) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    key = services.api_keys.newest(maria, force_new=False)
    opened = [login.open_session(login.prove_key("maria", key, OWNER), dialect=Dialect.CLASSIC) for _ in "ab"]
    services.api_keys.remove(
        frozenset({maria.id}), key, keep_session=services.sessions.use(opened[0]).fingerprint, idle_s=1800
    )
    with services.database.read() as connection:
        rows = connection.execute(sa.select(sessions.c.api_key_id, sessions.c.idle_s)).all()
    assert [tuple(row) for row in rows] == [(None, 1800)]


def open_sessions(services: app.Services) -> int:
    with services.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar_one())


@pytest.mark.parametrize("end", ["password", "account", "key"])
def test_at_the_same_moment_no_session_outlives_what_opened_it(
    services: app.Services, login: Login, end: str
) -> None:
    maria = services.accounts.by_username("maria")
    assert maria is not None
    by_password = asyncio.run(login.prove_password("maria", PASSWORD, OWNER))
    assert by_password.password_hash is not None
    for _ in range(ROUNDS):
        services.accounts.enable(maria)
        services.accounts.set_password_hash(maria, by_password.password_hash)
        key = services.api_keys.newest(maria, force_new=True)
        by_key = login.prove_key("maria", key, OWNER)
        ending: Callable[[], object] = {
            "password": partial(services.accounts.set_password_hash, maria, "another"),
            "account": partial(services.accounts.disable, maria),
            "key": partial(services.api_keys.remove, frozenset({maria.id}), key),
        }[end]
        proven = [by_key] if end == "key" else [by_password, by_key] if end == "account" else [by_password]
        gate = threading.Barrier(len(proven) + 1)

        def at_once(action: Callable[[], object], gate: threading.Barrier = gate) -> None:
            gate.wait()
            with suppress(LoginInvalid, AccountUnprivileged):
                action()

        with ThreadPoolExecutor(len(proven) + 1) as pool:
            logins = [partial(login.open_session, each, dialect=Dialect.CLASSIC) for each in proven]
            list(pool.map(at_once, [ending, *logins]))
        assert open_sessions(services) == 0
