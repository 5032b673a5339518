"""Authlib's client on the guarded fetch: no request to a provider goes anywhere else.

Authlib expects a session like that of `requests`; this has what it uses of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from scribedock.errors import InvalidUrl
from scribedock.media.fetching.fetch import FetchFailed, GuardedClient
from scribedock.persons.oidc.errors import ProviderAway

MAX_ANSWER_BYTES = 262_144
TIMEOUT_S = 10.0


class ClientAuth(Protocol):
    """Authlib's, which puts the client's secret where the provider wants it."""

    def prepare(
        self, method: str, uri: str, headers: dict[str, str], body: str
    ) -> tuple[str, dict[str, str], str]: ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as Authlib reads it."""

    status_code: int
    body: bytes

    def json(self) -> Any:
        """Return the JSON of the body. Raises ValueError."""
        return json.loads(self.body)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ProviderAway(f"The provider answered {self.status_code}")


class GuardedSession:
    def __init__(self, fetcher: GuardedClient) -> None:
        self._fetcher = fetcher

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> Answer:
        """Send a form. Raises ProviderAway."""
        url, given, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self._send("POST", url, given, body.encode())

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON object that a URL gives. Raises ProviderAway for anything else."""
        answer = self._send("GET", url, {"Accept": "application/json", **(headers or {})}, None)
        if answer.status_code != 200:
            raise ProviderAway(f"The provider answered {answer.status_code}, not 200")
        try:
            found = answer.json()
        except (ValueError, RecursionError) as error:
            raise ProviderAway("The provider's answer is no JSON") from error
        if not isinstance(found, dict):
            raise ProviderAway("The provider's answer is no JSON object")
        return found

    def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        try:
            found = self._fetcher.request(
                method,
                url,
                headers=headers,
                content=content,
                max_bytes=MAX_ANSWER_BYTES,
                timeout_s=TIMEOUT_S,
            )
        except (FetchFailed, InvalidUrl) as error:
            raise ProviderAway(f"The provider: {error}") from error
        return Answer(status_code=found.status, body=found.body)
