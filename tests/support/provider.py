"""A provider of OpenID Connect in this process, which can be told to do everything wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

from scribedock.media.fetching.fetch import FetchedAnswer
from tests.support.core import Core

ISSUER = "https://login.uni.example/realms/uni"
CLIENT_ID, CLIENT_SECRET = "scribedock", "a secret of the client: with % and +"


class FakeProvider:
    """Answers what the core's fetcher asks. What it says is in attributes that tests change."""

    def __init__(self, core: Core) -> None:
        self._core = core
        core.fetcher.answer = self._answer
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/me",
            "end_session_endpoint": f"{ISSUER}/end",
            "authorization_response_iss_parameter_supported": True,
        }
        self.key: jwk.RSAKey | jwk.ECKey | jwk.OctKey = jwk.RSAKey.generate_key(2048, {"kid": "first"})
        self.published: list[Any] = [self.key.as_dict(private=False)]
        self.subject = "4711"
        self.profile: dict[str, Any] = {"name": "Ada Lovelace", "email": "ada@uni.example"}
        self.claims: dict[str, Any] = {}  # that differ from what is right; None: left out
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "first"}
        self.userinfo: dict[str, Any] = {}
        self.token_status = 200
        self.token_answer: dict[str, Any] = {}
        self.requests: list[tuple[str, str, Mapping[str, str], dict[str, list[str]]]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def sign_in(self, url: str, **changed: str | None) -> str:
        """Let somebody sign in at the URL that a browser was sent to; return where that goes back to.

        changed: parameters of the answer that are another, or missing.
        """
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ISSUER}/auth?")
        assert asked["client_id"] == CLIENT_ID and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": ISSUER, **changed}
        given = {name: value for name, value in answer.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(given)}"

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> FetchedAnswer:
        form = parse_qs((content or b"").decode())
        self.requests.append((method, url, headers, form))
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return _json(self.metadata)
        if url == self.metadata["jwks_uri"]:
            return _json({"keys": self.published})
        if url == self.metadata["userinfo_endpoint"]:
            assert headers["Authorization"] == "Bearer an access token"
            return _json({"sub": self.subject, **self.profile, **self.userinfo})
        if url == self.metadata["token_endpoint"]:
            return self._token(headers, form)
        return FetchedAnswer(status=404, headers={}, body=b"")

    def _token(self, headers: Mapping[str, str], form: Mapping[str, list[str]]) -> FetchedAnswer:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if headers.get("Authorization") != f"Basic {expected}":
            return _json({"error": "invalid_client"}, status=401)
        asked = self._codes.pop(form["code"][0], None)  # each is good once
        verifier = form["code_verifier"][0].encode()
        challenge = base64.urlsafe_b64encode(sha256(verifier).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or form["redirect_uri"] != [asked["redirect_uri"]]
        ):
            return _json({"error": "invalid_grant"}, status=400)
        answer = {
            "access_token": "an access token",
            "token_type": "Bearer",
            "id_token": self._id_token(asked),
        }
        return _json({**answer, **self.token_answer}, status=self.token_status)

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = int(self._core.clock.now().timestamp())
        right = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        if self.header["alg"] == "none":
            return f"{_base64(self.header)}.{_base64(claims)}."
        return jwt.encode(self.header, claims, self.key, algorithms=[self.header["alg"]])


def _json(content: Mapping[str, Any], *, status: int = 200) -> FetchedAnswer:
    return FetchedAnswer(status=status, headers={}, body=json.dumps(content).encode())


def _base64(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
