"""ID tokens of a provider: what must stand in them, and who must have signed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwk

from tests.support.browser import Browser
from tests.support.core import Core
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, ISSUER, FakeProvider
from tests.support.signing_in import (
    Browsers,
    go_through,
    is_signed_in,
    persons,
)

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
