"""What a provider says about itself, and the keys that it signs with; both are asked for and kept a while."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from joserfc import jwk
from joserfc.errors import JoseError

from scribedock.clock import Clock
from scribedock.persons.oidc.errors import ProviderAway
from scribedock.persons.oidc.guarded_session import GuardedSession

log = structlog.get_logger("scribedock.web")

DISCOVERY = "/.well-known/openid-configuration"
KEPT_S = 3600.0
MIN_REFRESH_S = 10.0  # between two looks for new keys, however many tokens come with unknown ones
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
MAX_KEYS = 100
SigningKeys = Sequence[jwk.Key]


@dataclass(frozen=True, kw_only=True)
class ProviderMetadata:
    """What of a provider's metadata is used (Discovery 1.0 §3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str  # empty: it offers no sign-out
    auth_methods: tuple[str, ...]  # of the token endpoint
    names_itself: bool  # in its answers, with `iss` (RFC 9207)


class Provider:
    """The provider of one issuer. Every method may ask it, and raises ProviderAway."""

    def __init__(self, issuer: str, session: GuardedSession, clock: Clock) -> None:
        self.issuer = issuer
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, ProviderMetadata] | None = None
        self._keys: tuple[float, SigningKeys] | None = None

    def metadata(self) -> ProviderMetadata:
        with self._lock:
            now = self._clock.monotonic()
            if self._metadata is None or now - self._metadata[0] > KEPT_S:
                said = self._session.get(self.issuer.rstrip("/") + DISCOVERY)
                self._metadata = (now, _metadata(self.issuer, said))
            return self._metadata[1]

    def keys(self, *, newer: bool = False) -> SigningKeys:
        """Return the keys. newer: look again, because a token names one that is not among them."""
        uri = self.metadata().jwks_uri
        with self._lock:
            now = self._clock.monotonic()
            kept_s = MIN_REFRESH_S if newer else KEPT_S
            if self._keys is None or now - self._keys[0] > kept_s:
                self._keys = (now, _keys(self._session.get(uri)))
            return self._keys[1]


def _metadata(issuer: str, said: Mapping[str, Any]) -> ProviderMetadata:
    """Return what is used. Raises ProviderAway for a provider that is another, or unusable."""
    if said.get("issuer") != issuer:
        raise ProviderAway(f"The provider says that it is {str(said.get('issuer'))[:200]!r}, not {issuer!r}")
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return ProviderMetadata(
        authorization_endpoint=_endpoint(issuer, said, "authorization_endpoint"),
        token_endpoint=_endpoint(issuer, said, "token_endpoint"),
        jwks_uri=_endpoint(issuer, said, "jwks_uri"),
        userinfo_endpoint=_endpoint(issuer, said, "userinfo_endpoint", needed=False),
        end_session_endpoint=_endpoint(issuer, said, "end_session_endpoint", needed=False),
        auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(issuer: str, said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    """Return a URL, as safe as the issuer's own; empty where it is missing and not needed."""
    url = said.get(name)
    if url is None and not needed:
        return ""
    try:
        scheme = urlsplit(url).scheme if isinstance(url, str) else ""
    except ValueError:
        scheme = ""
    if scheme != "https" and scheme != urlsplit(issuer).scheme:
        raise ProviderAway(f"The provider's {name} is missing, or no https:// URL")
    return str(url)


def _keys(said: Mapping[str, Any]) -> SigningKeys:
    """Return the keys that can verify a signature; others, as those for encryption, are left out."""
    found: list[jwk.Key] = []
    given = said.get("keys")
    for each in given[:MAX_KEYS] if isinstance(given, list) else ():
        if not isinstance(each, dict) or each.get("kty") not in KEY_TYPES or each.get("use") == "enc":
            continue
        try:
            found.append(jwk.import_key(each))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("a key of the provider cannot be used", reason=type(error).__name__)
    return tuple(found)
