"""Which client a request comes from: the peer, or the one that a trusted proxy names.

Every proxy appends the address that it was called from to X-Forwarded-For, or to Forwarded (RFC 7239).
Anything left of the first untrusted proxy may be made up, so the right-most address that is not itself
trusted is the client's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.requests import Request

from scribedock.accounts.client_address import ClientAddress
from scribedock.api.transport.authority import authority, base_url, path_prefix

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORWARDED_HEADERS = ("x-forwarded-for", "forwarded")
FOR_PARAMETER = re.compile(r'\bfor\s*=\s*(?:"([^"]*)"|([^;,\s]*))', re.I)
ADDRESS_AND_PORT = re.compile(
    r"\[(?P<v6>[^\]]+)\](?::[0-9]+)?|(?P<v4>[0-9.]+):[0-9]+"
)  # as some proxies write addresses
MAX_CLAIM = 64


class ClientAddresses:
    def __init__(self, trusted: Sequence[str], *, untrusted: Callable[[str], None]) -> None:
        """Trust the proxies of these networks; call `untrusted` with other peers that name a client."""
        self._networks = [ipaddress.ip_network(network, strict=False) for network in trusted]
        self._untrusted = untrusted

    def client_of(self, request: Request) -> ClientAddress:
        """Return the address that the request comes from."""
        peer = request.client.host if request.client else ""
        address = _parsed(peer)
        named = _named(request.headers)
        is_trusted = self._is_trusted(address)
        if not is_trusted and not named:
            return ClientAddress(address=str(address or peer), is_evidence=address is not None)
        if not is_trusted:
            self._untrusted(str(address or peer))
            return ClientAddress(
                address=str(address or peer), is_evidence=False, claimed=named[-1][:MAX_CLAIM]
            )
        client: Address | None = None
        for each in reversed(named):
            client = _parsed(each)
            if not self._is_trusted(client):
                break
        if client is None:  # the proxy names no client, or hides it
            return ClientAddress(address=str(address), is_evidence=False)
        return ClientAddress(address=str(client))

    def is_proxy(self, request: Request) -> bool:
        """Return whether the peer is a trusted proxy."""
        return self._is_trusted(_parsed(request.client.host if request.client else ""))

    def prefix(self, peer: str, values: Sequence[str]) -> str:
        """Return the part of the path that a trusted proxy has taken off, by X-Forwarded-Prefix.

        Whatever another peer says is ignored. Raises InvalidQuery for what is no path.
        """
        return path_prefix(values) if values and self._is_trusted(_parsed(peer)) else ""

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def base_url_of(request: Request, addresses: ClientAddresses, public_url: str | None) -> str:
    """Return what links to this server start with: `public_url`, else as the request reached it.

    Raises InvalidQuery for unusable headers of a trusted proxy.
    """
    if public_url:
        return public_url
    # HTTP/1.0 may leave out the Host: then the address that the client connected to counts.
    scheme, host = request.scope["scheme"], request.headers.get("host", "")
    host = host or authority(*request.scope["server"])
    if addresses.is_proxy(request):
        scheme = ",".join(request.headers.getlist("x-forwarded-proto")) or scheme
        host = ",".join(request.headers.getlist("x-forwarded-host")) or host
    peer = request.client.host if request.client else ""
    prefix = addresses.prefix(peer, request.headers.getlist("x-forwarded-prefix"))
    return base_url(scheme, host, prefix)


def _named(headers: Headers) -> list[str]:
    """Return the chain of clients and proxies, the nearest last; each header may come several times."""
    chain = ",".join(headers.getlist(FORWARDED_HEADERS[0]))
    if chain.strip(", "):
        return [each.strip() for each in chain.split(",") if each.strip()]
    return [
        quoted or token
        for quoted, token in FOR_PARAMETER.findall(",".join(headers.getlist(FORWARDED_HEADERS[1])))
    ]


def _parsed(text: str) -> Address | None:
    """Parse an address; return None for anything else: a socket's path, `unknown`, a name."""
    match = ADDRESS_AND_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((match["v6"] or match["v4"]) if match else text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped  # an IPv4 client of a socket that accepts both
    return address
