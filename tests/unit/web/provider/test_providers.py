"""Providers that are another, unsafe or away, and what they say of a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scribedock.media.fetching.fetch import FetchedAnswer, FetchFailed
from scribedock.persons.person import Identity
from tests.support.browser import Browser, application_of
from tests.support.core import Core
from tests.support.provider import CLIENT_ID, ISSUER, FakeProvider
from tests.support.signing_in import (
    PASSWORD,
    PUBLIC_URL,
    SETTINGS,
    Browsers,
    go_through,
    is_signed_in,
    persons,
)


def set_metadata(name: str, value: object) -> Callable[[FakeProvider], None]:
    def change(provider: FakeProvider) -> None:
        provider.metadata = {**provider.metadata, name: value}

    change.__name__ = f"{name} {value!r}"
    return change


AWAY = [
    set_metadata("issuer", "https://evil.example"),
    set_metadata("issuer", None),
    set_metadata("token_endpoint", None),
    set_metadata("token_endpoint", "http://login.uni.example/token"),
    set_metadata("authorization_endpoint", "javascript:alert(1)"),
    set_metadata("authorization_endpoint", 5),
    set_metadata("jwks_uri", "file:///etc/passwd"),
    set_metadata("jwks_uri", "https://[::1"),
]


@pytest.mark.parametrize("change", AWAY, ids=lambda change: change.__name__)
def test_a_provider_that_is_another_or_unsafe_is_not_used(
    browser: Browser, provider: FakeProvider, change: Callable[[FakeProvider], None]
) -> None:
    change(provider)
    answer = browser.request("GET", "/web/provider")
    assert answer.status_code == 502 and "Uni cannot be reached" in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b'"x"', b"[" * 50_000, b"\xff", b'{"issuer": NaN}', b"x" * 300_000]
)
def test_a_provider_that_answers_nonsense_is_away(
    core: Core, browser: Browser, provider: FakeProvider, body: bytes
) -> None:
    core.fetcher.answer = lambda *_: FetchedAnswer(status=200, headers={}, body=body)
    answer = browser.request("GET", "/web/provider")
    assert answer.status_code == 502


def test_a_provider_that_cannot_be_reached_keeps_nobody_else_out(
    core: Core, browser: Browser, provider: FakeProvider
) -> None:
    def refuse(*_: object) -> FetchedAnswer:
        raise FetchFailed("login.uni.example leads to an address that is not on the public Internet.")

    core.fetcher.answer = refuse
    answer = browser.request("GET", "/web/provider")
    assert answer.status_code == 502 and "not on the public Internet" not in answer.text
    assert browser.enter("admin", "a password").path == "/web/you"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, {"error": "invalid_grant", "error_description": "<script>"}),
        (500, {}),
        (200, {"error": "x" * 5000}),
        (200, {"id_token": None}),
    ],
)
def test_a_token_that_is_refused_signs_nobody_in(
    browser: Browser, provider: FakeProvider, status: int, answer: dict[str, Any]
) -> None:
    provider.token_status, provider.token_answer = status, answer
    found = go_through(browser, provider)
    assert found.status_code in (403, 502) and "<script>" not in found.text
    assert not is_signed_in(browser)


def test_name_and_address_come_from_the_userinfo_of_the_same_person(
    core: Core, browsers: Browsers, provider: FakeProvider
) -> None:
    provider.userinfo = {"sub": "somebody else"}
    assert go_through(browsers(), provider).status_code == 502
    assert persons(core) == []
    provider.userinfo, provider.profile = {"name": 5, "email": "no address"}, {}
    browser = browsers()
    assert go_through(browser, provider).status_code == 303
    assert persons(core) == [("no address", "", "requester", Identity(issuer=ISSUER, subject="4711"))]


def test_claims_in_the_token_spare_the_userinfo(core: Core, browser: Browser, provider: FakeProvider) -> None:
    provider.claims = {"name": "Ada L.", "email": "ada@uni.example"}
    go_through(browser, provider)
    assert [name for name, *_ in persons(core)] == ["Ada L."]
    assert f"{ISSUER}/me" not in [url for _, url, *_ in provider.requests]


@pytest.mark.parametrize("role", ["administrator", "reviewer"])
def test_the_role_of_new_persons_can_be_set(
    build_core: Callable[..., Core], runner: asyncio.Runner, role: str
) -> None:
    core = build_core(**{**SETTINGS, "oidc_role": role})
    core.services.accounts.create("uni", PASSWORD, parent="admin")
    go_through(Browser(application_of(core), runner, base_url=PUBLIC_URL), FakeProvider(core))
    assert [found for _, _, found, _ in persons(core)] == [role]


def test_after_signing_out_the_page_offers_to_sign_out_of_the_provider(
    core: Core, browser: Browser, provider: FakeProvider
) -> None:
    go_through(browser, provider)
    page = browser.submit(browser.open("/web/you"), "/sign-out")
    (link,) = [each for each in page.links if each.startswith(ISSUER)]
    assert parse_qs(urlsplit(link).query) == {
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{PUBLIC_URL}/web/signed-out"],
    }
    assert not is_signed_in(browser)
    browser.enter("uni", PASSWORD)
    page = browser.submit(browser.open("/web/you"), "/sign-out")
    assert [each for each in page.links if each.startswith(ISSUER)] == []


def test_without_a_provider_there_is_no_link_and_no_page(build_browser: Callable[..., Browser]) -> None:
    browser = build_browser({})
    assert [link for link in browser.open("/web/sign-in").links if "provider" in link] == []
    for path in ("/web/provider", "/web/provider/callback?code=1&state=2"):
        assert browser.open(path).status == 404


def test_a_public_client_sends_no_secret(build_core: Callable[..., Core], runner: asyncio.Runner) -> None:
    core = build_core(**{**SETTINGS, "oidc_client_secret": None})
    core.services.accounts.create("uni", PASSWORD, parent="admin")
    provider = FakeProvider(core)
    assert go_through(Browser(application_of(core), runner, base_url=PUBLIC_URL), provider).status_code == 403
    *_, (method, url, headers, form) = provider.requests
    assert (method, url) == ("POST", f"{ISSUER}/token")
    assert "Authorization" not in headers and form["client_id"] == [CLIENT_ID]
    assert form["code_verifier"] and form["grant_type"] == ["authorization_code"]
