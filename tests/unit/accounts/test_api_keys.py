"""API keys: their names, scopes, ends and last uses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scribedock.accounts.api_keys import KeyEntry, NewKey
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.scopes import KeyScope
from scribedock.accounts.sessions import Dialect, Session
from scribedock.errors import AccountUnprivileged, BadApiToken, InvalidQuery, ItemNotFound
from tests.support.core import Core

HERE = ClientAddress(address="192.0.2.1")
DAY_S = 86_400


def made(core: Core, wanted: NewKey) -> str:
    return core.services.api_keys.newest(core.admin, force_new=True, wanted=wanted)


def opened(core: Core, key: str) -> str:
    """Return the token of a session that the key opens."""
    proven = core.services.login.prove_key(None, key, HERE)
    return core.services.login.open_session(proven, dialect=Dialect.CLASSIC)


def used(core: Core, token: str) -> Session:
    return core.services.sessions.use(token)


def entry(core: Core) -> KeyEntry:
    [found] = core.services.api_keys.list_keys(core.admin)
    return found


@pytest.mark.parametrize("scope", KeyScope)
def test_a_session_has_the_scope_of_its_key(core: Core, scope: KeyScope) -> None:
    assert used(core, opened(core, made(core, NewKey(scope=scope)))).scope is scope


def test_a_key_that_has_ended_opens_no_session_and_ends_those_it_has_opened(core: Core) -> None:
    key = made(core, NewKey(expires_in=timedelta(days=2)))
    token = opened(core, key)
    core.clock.advance(1.9 * DAY_S)
    used(core, token)
    core.clock.advance(0.2 * DAY_S)
    with pytest.raises(BadApiToken):
        used(core, token)
    with pytest.raises(AccountUnprivileged):
        opened(core, key)


def test_sessions_of_ended_keys_are_swept(core: Core) -> None:
    opened(core, made(core, NewKey(expires_in=timedelta(days=1))))
    opened(core, made(core, NewKey()))
    core.clock.advance(2 * DAY_S)
    assert core.services.sessions.sweep() == 1


def test_the_last_use_of_a_key_is_its_login_or_a_call_of_its_session(core: Core) -> None:
    core.clock.tick = timedelta(0)
    key = made(core, NewKey(name="encoder"))
    assert entry(core).last_used is None
    token = opened(core, key)
    assert entry(core).last_used == core.clock.now()
    core.clock.advance(DAY_S)
    used(core, token)
    assert entry(core).last_used == core.clock.now()


def test_the_vendors_call_shows_no_key_that_is_not_good_for_everything_for_ever(core: Core) -> None:
    plain = core.services.api_keys.newest(core.admin, force_new=False)
    for wanted in (
        NewKey(scope=KeyScope.READ),
        NewKey(scope=KeyScope.UPLOAD),
        NewKey(expires_in=timedelta(days=1)),
    ):
        core.clock.advance(1)
        assert made(core, wanted) != plain
        assert core.services.api_keys.newest(core.admin, force_new=False) == plain


def test_a_key_that_is_asked_for_by_name_and_scope_is_shown_again(core: Core) -> None:
    wanted = NewKey(name="encoder", scope=KeyScope.UPLOAD)
    first = core.services.api_keys.newest(core.admin, force_new=False, wanted=wanted)
    assert core.services.api_keys.newest(core.admin, force_new=False, wanted=wanted) == first
    other = NewKey(name="encoder", scope=KeyScope.READ)
    assert core.services.api_keys.newest(core.admin, force_new=False, wanted=other) != first


def test_a_key_is_ended_with_its_sessions_and_stays_in_the_list(core: Core) -> None:
    core.clock.tick = timedelta(0)
    key = made(core, NewKey(name="lost laptop"))
    token = opened(core, key)
    core.services.api_keys.end(entry(core).id)
    with pytest.raises(BadApiToken):
        used(core, token)
    with pytest.raises(AccountUnprivileged):
        opened(core, key)
    assert entry(core).ends == core.clock.now()
    core.clock.advance(DAY_S)
    core.services.api_keys.end(entry(core).id)
    assert entry(core).ends == core.clock.now() - timedelta(days=1), "the end of an ended key moved"


@pytest.mark.parametrize("name", ["x" * 256, "line\nfeed", "\x1b[31m"])
def test_a_name_that_cannot_be_shown_is_refused(core: Core, name: str) -> None:
    with pytest.raises(InvalidQuery):
        made(core, NewKey(name=name))
    assert core.services.api_keys.list_keys() == []


def test_an_unknown_key_is_not_found(core: Core) -> None:
    with pytest.raises(ItemNotFound):
        core.services.api_keys.find_key("0" * 32)
