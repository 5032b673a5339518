"""Password hashing in a server: in threads of its own, with a turn for each client.

A hash takes 64 MiB and tens of milliseconds, so few run at once. Waiting for a turn holds no thread, so other
calls continue. Turns rotate among the clients: one that sends many requests waits for itself and does not
delay the others.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.passwords import MAX_CONCURRENT, hash_password
from scribedock.accounts.signing_in.waiting_room import WaitingRoom

Result = TypeVar("Result")
Turn = asyncio.Future[None]


class PasswordHashing:
    """Hashes passwords in threads, with a turn for each client. Belongs to one event loop."""

    def __init__(self) -> None:
        self.room = WaitingRoom()  # a place is held from before the turn until after the work
        self._threads = ThreadPoolExecutor(MAX_CONCURRENT, thread_name_prefix="passwords")
        self._free = MAX_CONCURRENT
        # By peer, and within a peer by claimed client; the first of each has the next turn.
        self._waiting: OrderedDict[str, OrderedDict[str, deque[Turn]]] = OrderedDict()

    async def run(self, client: ClientAddress, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread once it is this client's turn; return its result."""
        await self._wait(client)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._pass_on()

    async def hash_new(self, client: ClientAddress, name: str, password: str) -> str:
        """Return the hash of somebody's new password, waiting for a turn without holding a thread.

        Raises InvalidQuery for an unusable password, and where too many are waiting (429).
        """
        with self.room.place(client, name):
            return await self.run(client, partial(hash_password, password))

    def close(self) -> None:
        """Let work in progress end and begin no more."""
        self._threads.shutdown(cancel_futures=True)

    async def _wait(self, client: ClientAddress) -> None:
        if self._free:
            self._free -= 1
            return
        turn: Turn = asyncio.get_running_loop().create_future()
        of_peer = self._waiting.setdefault(client.network, OrderedDict())
        of_peer.setdefault(client.claimed, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the turn came at the same moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give the free turn to the next client that still waits."""
        while self._waiting:
            peer, clients = next(iter(self._waiting.items()))
            client, turns = next(iter(clients.items()))
            turn = turns.popleft()
            clients.move_to_end(client)
            self._waiting.move_to_end(peer)
            if not turns:
                del clients[client]
            if not clients:
                del self._waiting[peer]
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._free += 1
