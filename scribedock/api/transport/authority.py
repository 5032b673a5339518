"""The Host of a request: the only name from a client that the server puts into URLs.

`host[:port]` of RFC 9110 §7.2 and RFC 3986 §3.2.2, restricted to names in DNS's letters, IPv4 and
bracketed IPv6 addresses; no user information, no percent-encoding, no empty host, no empty port.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from scribedock.errors import InvalidQuery

NAME = re.compile(r"(?=.{1,254}\Z)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?\Z")
HOST_AND_PORT = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]{1,5}))?\Z")
ABSOLUTE_FORM = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)
SCHEMES = ("http", "https")
# Of a path that a proxy takes off, what RFC 3986 §3.3 lets a segment have; none is empty, "." or "..".
PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))(?:[A-Za-z0-9._~!$&'()*+=:@-]|%[0-9A-Fa-f]{2})+)*/?\Z")
MAX_PREFIX = 512
HTTP_VERSION_NOT_SUPPORTED = 505


def is_authority(text: str) -> bool:
    """Return whether the text is `host` or `host:port`, with a port from 1 to 65535."""
    found = HOST_AND_PORT.match(text)
    if found is None:
        return False
    if found["port"] is not None and not 1 <= int(found["port"]) <= 65_535:
        return False
    host = found["host"]
    if not host.startswith("["):
        return NAME.match(host) is not None
    try:
        return ipaddress.IPv6Address(host[1:-1]).scope_id is None
    except ValueError:
        return False


def check_request(version: str, hosts: Sequence[str]) -> None:
    """Check the version of HTTP, as "1.1", and the Host headers.

    Raises InvalidQuery (505) for versions other than 1.0 and 1.1, and (400) where RFC 9112 §3.2 requires
    it: without a Host, which HTTP/1.0 may leave out, with several, and with one that is not host[:port].
    """
    if version not in ("1.0", "1.1"):
        raise InvalidQuery(
            f"HTTP/{version[:5]} is not spoken here; send HTTP/1.1", status=HTTP_VERSION_NOT_SUPPORTED
        )
    if not hosts and version == "1.1":
        raise InvalidQuery("The Host header is missing, without which there is no HTTP/1.1")
    if len(hosts) > 1:
        raise InvalidQuery("There are several Host headers; send one")
    if hosts and not is_authority(hosts[0].strip(" \t")):
        raise InvalidQuery("The Host header must be a host, or host:port with a port from 1 to 65535")


def authority_of(target: bytes) -> bytes | None:
    """Return the authority of a target in absolute form (RFC 9112 §3.2.2), None for any other form."""
    found = ABSOLUTE_FORM.match(target)
    return found[1] if found is not None else None


def origin_form(target: bytes) -> bytes:
    """Return the target without the scheme and authority of the absolute form (RFC 9112 §3.2)."""
    found = ABSOLUTE_FORM.match(target)
    return target if found is None else target[found.end() :]


def path_prefix(values: Sequence[str]) -> str:
    """Return the path that a trusted proxy has taken off, by X-Forwarded-Prefix, without a slash behind it.

    Where proxies have added to each other's values, the last one is that of the proxy we trust.
    Raises InvalidQuery.
    """
    prefix = ",".join(values).rpartition(",")[2].strip()
    if len(prefix) > MAX_PREFIX or PREFIX.match(prefix) is None:
        raise InvalidQuery(
            "X-Forwarded-Prefix must be a path, such as /captions; check the configuration of the proxy"
        )
    return prefix.rstrip("/")


def authority(host: str, port: int) -> str:
    """Write `host:port`, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def base_url(scheme: str, host: str, prefix: str = "") -> str:
    """Return the base URL that the headers of a trusted proxy, or the request itself, name.

    `prefix` is that of `path_prefix`. Where proxies have added to each other's values, the last is that of
    the proxy we trust. Raises InvalidQuery.
    """
    scheme, host = (value.rpartition(",")[2].strip() for value in (scheme, host))
    if scheme.lower() not in SCHEMES:
        raise InvalidQuery("X-Forwarded-Proto must be http or https; check the configuration of the proxy")
    if not is_authority(host):
        raise InvalidQuery(
            "X-Forwarded-Host must be a host, or host:port; check the configuration of the proxy"
        )
    return f"{scheme.lower()}://{host}{prefix}"
