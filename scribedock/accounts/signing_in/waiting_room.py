"""How many passwords may wait at once, in all and for each client: each takes memory, and little else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from scribedock.accounts.client_address import ClientAddress
from scribedock.errors import InvalidQuery

MAX_PER_CLIENT = 128
MAX_PER_PEER = 512  # for an address that is no evidence: several clients may be behind it
MAX_TOTAL = 2048
RETRY_AFTER_S = 5
Key = TypeVar("Key", str, tuple[str, str])


class WaitingRoom:
    """Limits how many logins wait at once, for each client and in all. Belongs to one event loop."""

    def __init__(self) -> None:
        self._clients: Counter[tuple[str, str]] = Counter()
        self._peers: Counter[str] = Counter()
        self._names: Counter[str] = Counter()

    @contextmanager
    def place(self, client: ClientAddress, username: str) -> Iterator[int]:
        """Hold a place; yield how many others wait for the same name.

        Raises InvalidQuery (429) where this client has too many already. When all places are taken, a client
        that has none still gets one: one client's many logins must not keep others out.
        """
        peer, one = client.network, (client.network, client.claimed)
        taken = self._peers.total()
        if (
            self._clients[one] >= MAX_PER_CLIENT
            or self._peers[peer] >= MAX_PER_PEER
            or (taken >= MAX_TOTAL and self._clients[one])
            or taken >= 2 * MAX_TOTAL
        ):
            raise InvalidQuery(
                f"Too many passwords at once from your address; try again in {RETRY_AFTER_S} seconds",
                status=429,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        others = self._names[username]
        self._clients[one] += 1
        self._peers[peer] += 1
        self._names[username] += 1
        try:
            yield others
        finally:
            _leave(self._clients, one)
            _leave(self._peers, peer)
            _leave(self._names, username)


def _leave(counter: Counter[Key], key: Key) -> None:
    """Count one less, and forget a count that reaches zero."""
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
