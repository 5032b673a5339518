"""Where a caller comes from, as far as that can be known."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

IPV6_PREFIX = 64  # what a provider gives one customer (RFC 6177); addresses within it cost nothing


@dataclass(frozen=True, kw_only=True)
class ClientAddress:
    """The address of a client, and whether it tells one client from another.

    Behind a proxy that we do not trust, every client has the proxy's address, so nobody may be refused for
    what another client did from there. What such a proxy claims about its clients may be a lie; it is used to
    share out places and turns among them, and for nothing else.
    """

    address: str  # an IP address, else the name of the peer; empty: unknown
    is_evidence: bool = True
    claimed: str = ""  # the client's address as an untrusted proxy names it

    @property
    def network(self) -> str:
        """Return what failures count against: the IPv4 address, or the /64 network of an IPv6 address."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if found.version == 4:
            return str(found)
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
