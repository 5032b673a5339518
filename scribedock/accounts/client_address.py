"""Where a caller comes from, as far as that can be known."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

IPV6_PREFIX = 64  # what one customer of a provider has (RFC 6177); within it, addresses cost nothing


@dataclass(frozen=True, kw_only=True)
class ClientAddress:
    """The address of a client, and whether it tells one client from another.

    Behind a proxy that we do not trust, every client has the proxy's address: nobody may be refused for what
    another has done from there. What such a proxy says about its clients is a claim, which may be a lie; it
    shares out room and turns among them, and nothing else.
    """

    address: str  # an IP address, else as the peer is called; empty: unknown
    is_evidence: bool = True
    claimed: str = ""  # the client's address, as a proxy that is not trusted has it

    @property
    def network(self) -> str:
        """What failures are counted for: the address, of IPv6 the /64 network."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if found.version == 4:
            return str(found)
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
