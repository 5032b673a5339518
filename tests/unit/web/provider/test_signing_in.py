"""Signing in through a provider of OpenID Connect: who comes in, and how answers are tied to a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from scribedock.accounts.accounts import Account
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.browser import Browser, application_of
from tests.support.core import Core
from tests.support.provider import ISSUER, FakeProvider
from tests.support.signing_in import (
    PASSWORD,
    PUBLIC_URL,
    SETTINGS,
    Browsers,
    depart,
    go_through,
    is_signed_in,
    persons,
)


def test_somebody_new_becomes_a_person_of_the_configured_account(
    core: Core, browser: Browser, provider: FakeProvider
) -> None:
    answer = go_through(browser, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/web/")
    text = browser.open("/web/you").text
    assert "Ada Lovelace" in text and "Requester" in text and "uni" in text
    expected = ("Ada Lovelace", "ada@uni.example", "requester", Identity(issuer=ISSUER, subject="4711"))
    assert persons(core) == [expected]


def test_the_second_time_it_is_the_same_person_under_the_name_of_today(
    core: Core, browsers: Browsers, provider: FakeProvider
) -> None:
    go_through(browsers(), provider)
    (before,) = core.services.persons.list_persons()
    provider.profile = {"name": "Ada King", "email": "countess@uni.example"}
    assert go_through(browsers(), provider).status_code == 303
    (after,) = core.services.persons.list_persons()
    assert (after.id, after.name, after.email) == (before.id, "Ada King", "countess@uni.example")


def test_the_page_that_was_asked_for_is_reached(browser: Browser, provider: FakeProvider) -> None:
    url = depart(browser, "/web/you/keys?page=2")
    assert browser.request("GET", provider.sign_in(url)).headers["location"] == "/web/you/keys?page=2"
    url = browser.request("GET", "/web/provider?next=//evil.example").headers["location"]
    assert browser.request("GET", provider.sign_in(url)).headers["location"] == "/web/"


def test_every_departure_has_secrets_of_its_own_and_none_can_be_read_in_the_cookie(
    core: Core, browser: Browser, provider: FakeProvider
) -> None:
    asked = [parse_qs(urlsplit(depart(browser)).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43
    assert asked[0]["redirect_uri"] == [f"{PUBLIC_URL}/web/provider/callback"]
    kept = browser.cookies["__Host-scribedock-step"]
    assert asked[1]["state"][0] not in kept and asked[1]["nonce"][0] not in kept


def test_an_address_links_to_nobody(
    core: Core, browser: Browser, provider: FakeProvider, maria: Person
) -> None:
    provider.profile = {"name": "Mallory", "email": "maria@uni.example", "email_verified": True}
    go_through(browser, provider)
    assert "Mallory" in browser.open("/web/you").text
    found = core.services.persons.by_id(maria.id)
    assert found is not None and found.identity is None and found.has_password


def test_a_person_whom_the_operator_has_made_signs_in(
    build_core: Callable[..., Core], runner: asyncio.Runner
) -> None:
    core = build_core(**{**SETTINGS, "oidc_account": ""})
    uni = core.services.accounts.create("uni", PASSWORD, parent="admin")
    provider = FakeProvider(core)
    pages = application_of(core)
    refused = go_through(Browser(pages, runner, base_url=PUBLIC_URL), provider)
    assert refused.status_code == 403 and "you may not use this server" in refused.text
    assert core.services.persons.list_persons() == []
    wanted = NewPerson(name="Ada", email="", role=Role.REVIEWER)
    core.services.persons.create(uni, wanted, identity=Identity(issuer=ISSUER, subject="4711"))
    browser = Browser(pages, runner, base_url=PUBLIC_URL)
    assert go_through(browser, provider).status_code == 303
    assert "Reviewer" in browser.open("/web/you").text


@pytest.mark.parametrize("what", ["person", "account"])
def test_who_is_disabled_here_does_not_come_in(
    core: Core, browsers: Browsers, provider: FakeProvider, uni: Account, what: str
) -> None:
    browser = browsers()
    go_through(browser, provider)
    (person,) = core.services.persons.list_persons()
    if what == "person":
        with core.services.database.write() as connection:
            core.services.persons.disable(connection, person)
    else:
        core.services.accounts.disable(uni)
    assert not is_signed_in(browser)
    again = browsers()
    assert go_through(again, provider).status_code == 403
    assert not is_signed_in(again)


ANSWERS: list[dict[str, str | None]] = [
    {"state": "another"},
    {"state": None},
    {"state": ""},
    {"iss": "https://evil.example"},
    {"iss": None},
    {"code": "made-up"},
    {"code": None},
    {"code": None, "error": "access_denied"},
    {"error": "access_denied"},
]


@pytest.mark.parametrize("changed", ANSWERS, ids=str)
def test_an_answer_of_another_sign_in_or_provider_is_refused(
    core: Core, browser: Browser, provider: FakeProvider, changed: dict[str, str | None]
) -> None:
    answer = go_through(browser, provider, **changed)
    assert answer.status_code == 403 and "Uni did not sign you in." in answer.text
    assert not is_signed_in(browser) and persons(core) == []


def test_an_answer_is_good_once(browsers: Browsers, core: Core, provider: FakeProvider) -> None:
    browser = browsers()
    back = provider.sign_in(depart(browser))
    assert browser.request("GET", back).status_code == 303
    browser.submit(browser.open("/web/you"), "/sign-out")
    replayed = browser.request("GET", back)
    assert replayed.status_code == 403 and "begun in another browser" in replayed.text
    assert not is_signed_in(browser)


def test_an_answer_is_good_in_the_browser_that_asked_alone(
    browsers: Browsers, provider: FakeProvider
) -> None:
    attacker, victim = browsers(), browsers()
    back = provider.sign_in(depart(attacker))
    assert victim.request("GET", back).status_code == 403
    depart(victim)
    assert victim.request("GET", back).status_code == 403, "the state is that of another departure"
    assert not is_signed_in(victim)


def test_an_answer_that_comes_late_is_refused(core: Core, browser: Browser, provider: FakeProvider) -> None:
    back = provider.sign_in(depart(browser))
    core.clock.advance(601)
    assert browser.request("GET", back).status_code == 403
