"""The body of an ASGI request, stored by the receiver's thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from scribedock.uploads.core.errors import ConnectionLost
from scribedock.uploads.transfer.framing import Framing
from scribedock.uploads.transfer.pace import Pace
from scribedock.uploads.transfer.receiver import Receiver, Sink, Transfer


class FedBody:
    """A body that the event loop hands over as it arrives, no faster than it is stored."""

    def __init__(self, receiver: Receiver, sink: Sink, framing: Framing, pace: Pace) -> None:
        """Take `framing` as what decodes the body beyond what the server in front of us has."""
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._has_room = asyncio.Event()
        self._transfer = Transfer(
            sock=None,
            sink=sink,
            framing=framing,
            done=lambda error, _: self._soon(self._end, error),
            pace=pace,
            drained=lambda: self._soon(self._has_room.set),
        )

    def interrupt(self, error: Exception) -> None:
        """End the body with the error; from any thread."""
        self._receiver.interrupt(self._transfer, error)

    async def receive(self, stream: AsyncIterator[bytes]) -> None:
        """Move all of the stream.

        Raises what the sink raises, TooSlow, ConnectionLost, and the error of an interruption; then nothing
        more is written.
        """
        self._receiver.receive(self._transfer)
        feeding = asyncio.ensure_future(self._feed(stream))
        try:
            await asyncio.wait((feeding, self._ended), return_when=asyncio.FIRST_COMPLETED)
            if feeding.done():
                await feeding
                await asyncio.shield(self._ended)
        finally:
            feeding.cancel()
            if not self._ended.done():
                self.interrupt(ConnectionLost())
                await asyncio.wait((self._ended,))
        self._ended.result()

    async def _feed(self, stream: AsyncIterator[bytes]) -> None:
        try:
            async for part in stream:
                self._has_room.clear()
                if part and not self._receiver.feed(self._transfer, part):
                    await self._has_room.wait()
        except ClientDisconnect:
            self.interrupt(ConnectionLost())
        else:
            self._receiver.end_feed(self._transfer)

    def _soon(self, function: object, *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is waiting
            self._loop.call_soon_threadsafe(function, *arguments)  # type: ignore[arg-type]

    def _end(self, error: Exception | None) -> None:
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)
