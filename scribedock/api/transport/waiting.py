"""Waiting in the event loop, where it costs no thread: for a turn, and for work done elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from starlette.requests import Request

from scribedock.children.crew import WorkAbandoned
from scribedock.errors import InvalidQuery, SystemFault

ARCHIVES_AT_ONCE = 2  # of one branch, each of which keeps the renderers busy
BODIES_AT_ONCE = 2  # large bodies of one branch, each a file of up to 64 MiB
T = TypeVar("T")


class Awaited(Protocol[T]):
    """Work that is done elsewhere, as a `Ticket`."""

    @property
    def future(self) -> Future[T]: ...

    def abandon(self) -> None: ...


async def unless_gone(request: Request, work: Awaited[T]) -> T:
    """Await the work, which is abandoned if the client disconnects. The body must have been read.

    Others may wait for the same future, so it is never cancelled.
    """
    future = asyncio.wrap_future(work.future)
    waiting = asyncio.shield(future)
    gone = asyncio.ensure_future(_gone(request))
    try:
        either: set[asyncio.Future[Any]] = {waiting, gone}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise InvalidQuery("The connection was lost before the answer was there")
        return waiting.result()
    except WorkAbandoned:
        raise SystemFault("The server is being stopped; try again", status=503) from None
    finally:
        gone.cancel()
        if not waiting.done():
            future.add_done_callback(_noted)
            waiting.cancel()
            work.abandon()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _noted(future: asyncio.Future[T]) -> None:
    """Retrieve the error of an abandoned future, so that asyncio does not report it."""
    if not future.cancelled():
        future.exception()


class BranchLimit:
    """A limit for each branch: the excess waits, first come, first served."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._branches: dict[str, tuple[asyncio.Semaphore, int]] = {}  # and its holders and waiters

    @asynccontextmanager
    async def turn(self, branch: str) -> AsyncIterator[None]:
        semaphore, users = self._branches.get(branch) or (asyncio.Semaphore(self._each), 0)
        self._branches[branch] = semaphore, users + 1
        try:
            async with semaphore:
                yield
        finally:
            semaphore, users = self._branches[branch]
            if users > 1:
                self._branches[branch] = semaphore, users - 1
            else:
                del self._branches[branch]
