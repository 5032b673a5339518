"""The cookies of the web pages: how they are named and set, as the browser reaches this server.

Behind TLS at the root of a host their names begin with `__Host-`, so that no other host of the same domain
can set them; such a cookie has the path `/` (RFC 6265bis §4.1.3). Below a prefix they begin with `__Secure-`
and have the path of the pages, as they have without TLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

PAGES = "/web"


class Cookie(StrEnum):
    """What a cookie is for."""

    SESSION = "session"
    LINK = "link"  # the secret of a link that was mailed
    STEP = "step"  # a sign-in that is half done
    SHARES = "shares"  # the secrets of the links to jobs that were followed


@dataclass(frozen=True, kw_only=True)
class CookieRules:
    secure: bool
    prefix: str = ""  # of the server's paths, which a proxy takes off

    @classmethod
    def of(cls, base_url: str) -> CookieRules:
        """Return the rules for a server that browsers reach at this URL."""
        parts = urlsplit(base_url)
        return cls(secure=parts.scheme == "https", prefix=parts.path.rstrip("/"))

    @property
    def path(self) -> str:
        return "/" if self._is_of_host else f"{self.prefix}{PAGES}"

    @property
    def _is_of_host(self) -> bool:
        return self.secure and not self.prefix

    def name(self, cookie: Cookie) -> str:
        guard = "__Host-" if self._is_of_host else "__Secure-" if self.secure else ""
        return f"{guard}scribedock-{cookie.value}"

    def read(self, request: Request, cookie: Cookie) -> str:
        """Return the value; empty where the browser sends none."""
        return request.cookies.get(self.name(cookie), "")

    def set(self, response: Response, cookie: Cookie, value: str, *, max_age_s: int | None = None) -> None:
        """Set a cookie, which ends with the browser, or after `max_age_s` seconds."""
        response.set_cookie(
            self.name(cookie),
            value,
            max_age=max_age_s,
            path=self.path,
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response, cookie: Cookie) -> None:
        response.delete_cookie(
            self.name(cookie), path=self.path, secure=self.secure, httponly=True, samesite="lax"
        )
