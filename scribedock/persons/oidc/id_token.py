"""The ID token: what it must be like to be believed (OpenID Connect Core 1.0 §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from scribedock.persons.oidc.errors import ProviderRefused
from scribedock.persons.oidc.provider import Provider

# Signatures that only the provider can make; none is `none`, and none is made with a shared secret.
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA", "Ed25519"),
}
LEEWAY_S = 120  # by which the clocks of provider and server may differ
MAX_TOKEN_CHARACTERS = 65_536


def read_id_token(
    token: object, provider: Provider, *, client_id: str, nonce: str, access_token: str, now: float
) -> Mapping[str, Any]:
    """Return the claims of an ID token. Raises ProviderRefused, which says what is wrong, and ProviderAway.

    A key that is not known is looked for at the provider once more, because providers change theirs.
    """
    if not isinstance(token, str) or len(token) > MAX_TOKEN_CHARACTERS:
        raise ProviderRefused("The provider sent no ID token")
    decoded = _decode(token, provider.keys()) or _decode(token, provider.keys(newer=True))
    if decoded is None:
        raise ProviderRefused("The ID token is not signed by the provider")
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": client_id},
        },
        params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now), leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderRefused(f"The ID token is not good: {error}") from error
    return decoded.claims


def _decode(token: str, keys: Any) -> jwt.Token | None:
    """Return the token if one of the keys has signed it. Raises ProviderRefused for what is no token."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderRefused("The provider's ID token cannot be read") from error
    for key in keys:
        if header.get("kid") not in (None, key.kid):
            continue
        found = _verified(token, key)
        if found is not None:
            return found
    return None


def _verified(token: str, key: jwk.Key) -> jwt.Token | None:
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS[key.key_type])
    except (JoseError, ValueError, TypeError):
        return None
