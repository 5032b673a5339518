"""Which addresses of the network a stranger's URL may lead to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
NOT_GLOBAL = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "64:ff9b:1::/48", "100::/64")
)
"""Special ranges (RFC 6890 and its successors) that some releases of Python take for global."""
LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa")


class Policy:
    """The hosts that may be reached: global unicast addresses and what `allow` adds (CIDRs, host names)."""

    def __init__(self, allow: Iterable[str]) -> None:
        self._networks: list[Network] = []
        self._names: set[str] = set()
        for entry in allow:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(_plain(entry))

    def may_reach(self, host: str, address: Address) -> bool:
        if _plain(host) in self._names:
            return True
        meanings = list(_meanings(address))
        if any(meaning in network for meaning in meanings for network in self._networks):
            return True
        return all(_is_public(meaning) for meaning in meanings)

    def refuses_outright(self, host: str) -> bool:
        """Return whether the host is forbidden whatever its name resolves to."""
        plain = _plain(host)
        if plain in self._names:
            return False
        address = literal_address(plain)
        if address is not None:
            return not self.may_reach(plain, address)
        if plain.rpartition(".")[2] in LOCAL_NAMES or plain.endswith(".home.arpa"):
            return not (plain == "localhost" and self._allows_loopback())
        return False

    def _allows_loopback(self) -> bool:
        return any(network.is_loopback for network in self._networks)


def literal_address(host: str) -> Address | None:
    """Return the address that a host spells out, even in old spellings (127.1, 0x7f000001, 2130706433)."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _plain(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _meanings(address: Address) -> Iterator[Address]:
    """Yield the address and each IPv4 address embedded in it."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            yield address.ipv4_mapped
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield from address.teredo
        if address in NAT64:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in NAT64):
        return True  # judged by the address inside
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not any(address in network for network in NOT_GLOBAL)
    )
