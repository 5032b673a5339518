"""A browser that signs in through a provider of OpenID Connect."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from scribedock.persons.person import Identity
from tests.support.browser import Browser
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
