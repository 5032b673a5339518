"""Signing in through a provider of OpenID Connect, one that does it right and one that does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk

from scribedock.accounts.accounts import Account
from scribedock.media.fetching.fetch import FetchedAnswer, FetchFailed
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.browser import Browser, application_of
from tests.support.core import Core
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, ISSUER, FakeProvider

PASSWORD = "correct horse battery"
PUBLIC_URL = "https://captions.example.org"
HOUR = 3600.0
SETTINGS: dict[str, object] = {
    "public_url": PUBLIC_URL,
    "oidc_issuer": ISSUER,
    "oidc_client_id": CLIENT_ID,
    "oidc_client_secret": CLIENT_SECRET,
    "oidc_name": "Uni",
    "oidc_account": "uni",
}
Browsers = Callable[..., Browser]


@pytest.fixture
def core(build_core: Callable[..., Core]) -> Core:
    return build_core(**SETTINGS)


@pytest.fixture
def provider(core: Core, uni: Account) -> FakeProvider:
    return FakeProvider(core)


@pytest.fixture
def browsers(browsers: Browsers) -> Browsers:
    return lambda **given: browsers(base_url=PUBLIC_URL, **given)


def depart(browser: Browser, target: str = "") -> str:
    """Follow the link of the page for signing in; return the URL at the provider."""
    page = browser.open(f"/web/sign-in?next={target}" if target else "/web/sign-in")
    (link,) = [each for each in page.links if "/web/provider" in each]
    answer = browser.request("GET", link)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def go_through(browser: Browser, provider: FakeProvider, **changed: str | None) -> httpx2.Response:
    return browser.request("GET", provider.sign_in(depart(browser), **changed))


def is_signed_in(browser: Browser) -> bool:
    return browser.open("/web/you").path == "/web/you"


def persons(core: Core) -> list[tuple[str, str, str, Identity | None]]:
    found = core.services.persons.list_persons()
    return [(each.name, each.email, each.role.value, each.identity) for each in found]


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


CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://evil.example"},
    {"iss": ISSUER + "/"},
    {"iss": None},
    {"aud": "another client"},
    {"aud": None},
    {"aud": []},
    {"aud": [CLIENT_ID, "another client"]},
    {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"nonce": "another"},
    {"nonce": None},
    {"nonce": ""},
    {"sub": None},
    {"sub": ""},
    {"sub": 4711},
    {"sub": "x" * 256},
    {"exp": 1},
    {"exp": None},
    {"exp": "never"},
    {"iat": None},
    {"iat": 9_999_999_999},
    {"nbf": 9_999_999_999},
    {"at_hash": "bm90IHRoaXMgdG9rZW4"},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=str)
def test_an_id_token_that_says_anything_wrong_is_refused(
    core: Core, browser: Browser, provider: FakeProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    answer = go_through(browser, provider)
    assert answer.status_code == 403 and "Uni did not sign you in." in answer.text
    assert not is_signed_in(browser) and persons(core) == []


@pytest.mark.parametrize(("seconds", "good"), [(-119, True), (119, True), (-500, False), (500, False)])
def test_the_providers_clock_may_be_two_minutes_wrong(
    core: Core, browser: Browser, provider: FakeProvider, seconds: int, good: bool
) -> None:
    now = int(core.clock.now().timestamp()) + seconds
    provider.claims = {"iat": now, "nbf": now, "exp": now + 1}
    assert (go_through(browser, provider).status_code == 303) == good


def hmac_with_public_key(provider: FakeProvider) -> None:
    """Sign with the provider's public key as a shared secret, as CVE-2015-9235 does."""
    public = provider.key.as_pem(private=False)  # type: ignore[union-attr]
    provider.key = jwk.OctKey.import_key(
        public.replace(b"-----BEGIN PUBLIC KEY-----", b"").replace(b"\n", b"")
    )
    provider.header = {"alg": "HS256", "kid": "first"}


def hmac_with_client_secret(provider: FakeProvider) -> None:
    provider.key = jwk.OctKey.import_key(CLIENT_SECRET)
    provider.header = {"alg": "HS256"}


def no_signature(provider: FakeProvider) -> None:
    provider.header = {"alg": "none"}


def another_key(provider: FakeProvider) -> None:
    provider.key = jwk.RSAKey.generate_key(2048, {"kid": "first"})


def key_in_the_token(provider: FakeProvider) -> None:
    provider.key = jwk.RSAKey.generate_key(2048, {"kid": "mine"})
    provider.header = {"alg": "RS256", "kid": "mine", "jwk": provider.key.as_dict(private=False)}


def unknown_key(provider: FakeProvider) -> None:
    provider.header = {"alg": "RS256", "kid": "nowhere"}


def shared_secret_published(provider: FakeProvider) -> None:
    provider.key = jwk.OctKey.generate_key(256, {"kid": "shared"})
    provider.published = [provider.key.as_dict()]
    provider.header = {"alg": "HS256", "kid": "shared"}


FORGERIES = [
    *(hmac_with_public_key, hmac_with_client_secret, no_signature, another_key, key_in_the_token),
    *(unknown_key, shared_secret_published),
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_an_id_token_that_the_provider_has_not_signed_is_refused(
    core: Core, browser: Browser, provider: FakeProvider, forge: Callable[[FakeProvider], None]
) -> None:
    forge(provider)
    answer = go_through(browser, provider)
    assert answer.status_code == 403 and not is_signed_in(browser) and persons(core) == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", 5, None, {}, "e30.e30.", "x" * 70_000])
def test_what_is_no_id_token_is_refused(browser: Browser, provider: FakeProvider, token: object) -> None:
    provider.token_answer = {"id_token": token}
    assert go_through(browser, provider).status_code == 403


def test_a_provider_may_change_its_keys(core: Core, browsers: Browsers, provider: FakeProvider) -> None:
    assert go_through(browsers(), provider).status_code == 303
    provider.key = jwk.ECKey.generate_key("P-256", {"kid": "second"})
    provider.published.append(provider.key.as_dict(private=False))
    provider.header = {"alg": "ES256", "kid": "second"}
    core.clock.advance(11)
    assert go_through(browsers(), provider).status_code == 303
    asked = [url for _, url, *_ in provider.requests]
    assert (
        asked.count(f"{ISSUER}/keys") == 2 and asked.count(f"{ISSUER}/.well-known/openid-configuration") == 1
    )


def test_unknown_keys_make_nobody_ask_all_the_time(
    core: Core, browsers: Browsers, provider: FakeProvider
) -> None:
    provider.header = {"alg": "RS256", "kid": "nowhere"}
    for _ in range(4):
        assert go_through(browsers(), provider).status_code == 403
    assert [url for _, url, *_ in provider.requests].count(f"{ISSUER}/keys") == 1
    core.clock.advance(11)
    go_through(browsers(), provider)
    assert [url for _, url, *_ in provider.requests].count(f"{ISSUER}/keys") == 2


def test_keys_that_cannot_be_used_do_no_harm(browser: Browser, provider: FakeProvider) -> None:
    odd: list[Any] = [
        {"kty": "RSA"},
        {"kty": "RSA", "n": "!", "e": 5},
        {"kty": "oct", "k": "AA"},
        5,
        {},
        None,
    ]
    provider.published = [*odd, {"kty": "EC", "crv": "P-0", "x": "", "y": ""}, *provider.published]
    assert go_through(browser, provider).status_code == 303


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
