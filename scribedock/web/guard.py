"""Who a request to the web pages comes from, and whether a page of ours has sent it.

Only what is below `/web` asks here: a cookie counts for nothing else. A request that changes something comes
from a page of this origin, which browsers say of every POST (`Origin`), and sends the session's CSRF token.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.sessions import Dialect, Session
from scribedock.api.registry import Backend
from scribedock.api.transport.client_addresses import ClientAddresses, base_url_of
from scribedock.app import Services
from scribedock.errors import InvalidQuery
from scribedock.persons.person import Person
from scribedock.persons.second_factor import SecondFactorMissing
from scribedock.persons.web_sessions import NotSignedIn, WebSession
from scribedock.web.cookies import Cookie, CookieRules

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
DEFAULT_PORTS = {"http": 80, "https": 443}


class ForgedRequest(InvalidQuery):
    """Another site may have made the browser send this."""

    status = 403

    def __init__(self) -> None:
        super().__init__("This was not sent by a page of this server, or the page is too old; load it again")


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The person whose browser has sent a request."""

    session: WebSession
    base_url: str

    @property
    def person(self) -> Person:
        return self.session.person

    def as_session(self) -> Session:
        """Return the session with which calls of the API are made in the name of the person's account."""
        return Session(
            fingerprint=self.session.fingerprint,
            account_id=self.person.account_id,
            dialect=Dialect.CLASSIC,
        )


class WebGuard:
    def __init__(self, backend: Backend, addresses: ClientAddresses) -> None:
        self._backend = backend
        self._addresses = addresses

    @property
    def services(self) -> Services:
        return self._backend.services

    def client_of(self, request: Request) -> ClientAddress:
        return self._addresses.client_of(request)

    def base_url(self, request: Request) -> str:
        """Return what links to this server start with. Raises InvalidQuery."""
        return base_url_of(request, self._addresses, self.services.settings.public_url)

    def cookies(self, request: Request) -> CookieRules:
        return CookieRules.of(self.base_url(request))

    def signed_in(self, request: Request, *, extend: bool = True, complete: bool = True) -> SignedIn:
        """Return who is signed in. Reads the database. Raises NotSignedIn, and SecondFactorMissing.

        extend: whether the request keeps the session alive; see `WebSessions.use`. complete: whether a
        second factor that is required has to be there, as on every page but the one that sets it up.
        """
        base_url = self.base_url(request)
        token = CookieRules.of(base_url).read(request, Cookie.SESSION)
        if not token:
            raise NotSignedIn
        session = self.services.web_sessions.use(token, extend=extend)
        if complete and self.services.second_factors.is_missing(session.person):
            raise SecondFactorMissing
        return SignedIn(session=session, base_url=base_url)

    def check_origin(self, request: Request) -> None:
        """Raise ForgedRequest where a page of another origin, or an unknown one, has sent this."""
        given = request.headers.getlist("origin")
        if len(given) != 1 or _origin(given[0]) != _origin(self.base_url(request)):
            raise ForgedRequest

    def check_sent_by_us(self, request: Request, signed_in: SignedIn, token: str | None = None) -> None:
        """Raise ForgedRequest where this was not sent by a page of ours to this person.

        token: the field CSRF_FIELD of a form; None: the header CSRF_HEADER counts.
        """
        self.check_origin(request)
        given = request.headers.get(CSRF_HEADER, "") if token is None else token
        check_token(given, signed_in.session.csrf_token)


def check_token(given: str, right: str) -> None:
    """Raise ForgedRequest where a CSRF token is not the right one; takes as long for any."""
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise ForgedRequest


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port (RFC 6454 §4); None for what is no origin, as `null`."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.scheme and parts.hostname else None
