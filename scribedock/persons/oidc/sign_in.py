"""Signing in through a provider: the authorization code flow with PKCE, state and nonce.

Sources: OpenID Connect Core 1.0 §3.1; RFC 7636 (PKCE, S256); RFC 9700 §4.4 and RFC 9207 (an answer of
another provider).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client

from scribedock.clock import Clock
from scribedock.media.fetching.fetch import GuardedClient
from scribedock.persons.oidc.errors import ProviderAway, ProviderRefused
from scribedock.persons.oidc.guarded_session import GuardedSession
from scribedock.persons.oidc.id_token import read_id_token
from scribedock.persons.oidc.provider import Provider
from scribedock.persons.oidc.vouched import VouchedPerson
from scribedock.persons.person import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, Identity
from scribedock.settings import Settings

SECRET_BYTES = 32
MAX_SUBJECT = 255  # characters (Core 1.0 §2)
CODE_METHOD = "S256"


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Where the browser is to go, and what has to be known when it comes back."""

    url: str
    details: Mapping[str, str]


class ProviderSignIn:
    """Signs people in through the provider of the settings."""

    def __init__(self, issuer: str, settings: Settings, fetcher: GuardedClient, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._session = GuardedSession(fetcher)
        self._provider = Provider(issuer, self._session, clock)

    def begin(self, redirect_uri: str, target: str) -> Departure:
        """Return where the browser signs in. Raises ProviderAway.

        redirect_uri: where it comes back to. target: the page that is wanted afterwards.
        """
        metadata = self._provider.metadata()
        details = {
            "state": secrets.token_urlsafe(SECRET_BYTES),
            "nonce": secrets.token_urlsafe(SECRET_BYTES),
            "verifier": secrets.token_urlsafe(SECRET_BYTES),
            "redirect_uri": redirect_uri,
            "target": target,
        }
        url, _ = self._client(redirect_uri, metadata.auth_methods).create_authorization_url(
            metadata.authorization_endpoint,
            state=details["state"],
            code_verifier=details["verifier"],
            nonce=details["nonce"],
        )
        return Departure(url=url, details=details)

    def finish(self, details: Mapping[str, str], answer: Mapping[str, str]) -> VouchedPerson:
        """Return whom the provider has signed in, by the parameters with which the browser came back.

        Raises ProviderRefused, and ProviderAway.
        """
        metadata = self._provider.metadata()
        if not compare_digest(answer.get("state", "").encode(), details["state"].encode()):
            raise ProviderRefused("The answer belongs to another sign-in")
        named = answer.get("iss")
        if named is None and metadata.names_itself:
            raise ProviderRefused("The answer does not say which provider it is from")
        if named is not None and named != self._provider.issuer:
            raise ProviderRefused("The answer is from another provider")
        if answer.get("error") or not answer.get("code"):
            raise ProviderRefused(f"The provider says: {answer.get('error', 'nothing')[:100]}")
        token = self._token(details, answer["code"], metadata.token_endpoint, metadata.auth_methods)
        access_token = str(token.get("access_token", ""))
        claims = read_id_token(
            token.get("id_token"),
            self._provider,
            client_id=self._settings.oidc_client_id,
            nonce=details["nonce"],
            access_token=access_token,
            now=self._clock.now().timestamp(),
        )
        return self._vouched(claims, metadata.userinfo_endpoint, access_token)

    def sign_out_url(self, back: str) -> str | None:
        """Return where the person signs out of the provider too; None where it offers that nowhere.

        back: the page of this server that it leads back to. Raises ProviderAway.
        """
        endpoint = self._provider.metadata().end_session_endpoint
        if not endpoint:
            return None
        query = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    def _token(
        self, details: Mapping[str, str], code: str, endpoint: str, methods: tuple[str, ...]
    ) -> Mapping[str, Any]:
        client = self._client(details["redirect_uri"], methods)
        try:
            found: Mapping[str, Any] = client.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=details["verifier"]
            )
        except (AuthlibBaseError, ValueError, RecursionError) as error:
            # Its description may hold anything; the error itself is one of a list (RFC 6749 §5.2).
            raise ProviderRefused(
                f"The provider gave no token: {str(getattr(error, 'error', 'no JSON'))[:100]}"
            ) from None
        return found

    def _client(self, redirect_uri: str, methods: tuple[str, ...]) -> Any:
        secret = self._settings.oidc_client_secret
        method = "none"
        if secret is not None:
            basic = "client_secret_basic"
            method = (
                basic if basic in methods or "client_secret_post" not in methods else "client_secret_post"
            )
        return OAuth2Client(
            session=self._session,
            client_id=self._settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            token_endpoint_auth_method=method,
            scope=self._settings.oidc_scopes,
            redirect_uri=redirect_uri,
            code_challenge_method=CODE_METHOD,
        )

    def _vouched(self, claims: Mapping[str, Any], userinfo: str, access_token: str) -> VouchedPerson:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
            raise ProviderRefused("The ID token names nobody")
        said = dict(claims)
        if userinfo and access_token and not (said.get("name") and said.get("email")):
            more = self._session.get(userinfo, headers={"Authorization": f"Bearer {access_token}"})
            if more.get("sub") != subject:  # Core 1.0 §5.3.2
                raise ProviderAway("The provider speaks of two persons")
            said = {**more, **said}
        return VouchedPerson(
            identity=Identity(issuer=self._provider.issuer, subject=subject),
            name=_text(said, MAX_NAME_LENGTH, "name", "preferred_username", "email") or subject,
            email=_text(said, MAX_EMAIL_LENGTH, "email"),
        )


def _text(said: Mapping[str, Any], longest: int, *names: str) -> str:
    """Return the first of these claims that can be shown; empty where there is none."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()[:longest]
    return ""
