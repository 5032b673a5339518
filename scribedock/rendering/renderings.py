"""A cache of renderings, so that the same captions are not made twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from scribedock.children.crew import Ticket
from scribedock.rendering.pool import Bodies, RenderingPool
from scribedock.rendering.request import RenderRequest
from scribedock_captions.rendering import Rendering

CACHE_BYTES = 64 * 1024 * 1024


class RenderingTicket:
    """A rendering that a caller waits for; others may wait for the same."""

    def __init__(self, renderings: Renderings, digest: str, future: Future[Rendering]) -> None:
        self.future = future
        self._renderings = renderings
        self._digest = digest

    def abandon(self) -> None:
        """Stop waiting; the rendering is cancelled where nobody else waits for it."""
        self._renderings.abandon(self._digest)


class Renderings:
    """A cache of the latest renderings, by a digest of everything that they depend on.

    Callers that ask for a rendering in progress wait for that one. Callable from any thread.
    """

    def __init__(self, pool: RenderingPool | None = None, *, kept_bytes: int = CACHE_BYTES) -> None:
        self._pool = pool or RenderingPool()
        self._most = kept_bytes
        self._size = 0
        self._kept: OrderedDict[str, Rendering] = OrderedDict()
        self._made: dict[str, tuple[Ticket[Rendering], int]] = {}  # and how many wait for it
        self._lock = threading.Lock()

    def get(self, branch: str, digest: str, request: RenderRequest, bodies: Bodies) -> RenderingTicket:
        """Return a cached rendering, or render as `RenderingPool.submit` does.

        Several callers may get the same future, so none may cancel it.
        """
        with self._lock:
            known = self._kept.get(digest)
            if known is not None:
                self._kept.move_to_end(digest)
                return RenderingTicket(self, digest, _done(known))
            ticket, waiting = self._made.get(digest) or (self._pool.submit(branch, request, bodies), 0)
            self._made[digest] = ticket, waiting + 1
        if not waiting:
            ticket.future.add_done_callback(lambda done: self._finished(digest, ticket))
        return RenderingTicket(self, digest, ticket.future)

    def abandon(self, digest: str) -> None:
        with self._lock:
            ticket, waiting = self._made.get(digest, (None, 0))
            if ticket is None:
                return
            if waiting > 1:
                self._made[digest] = ticket, waiting - 1
                return
            del self._made[digest]  # the next caller has it made again
        ticket.abandon()

    def close(self) -> None:
        self._pool.close()

    def _finished(self, digest: str, ticket: Ticket[Rendering]) -> None:
        with self._lock:
            if self._made.get(digest, (None, 0))[0] is ticket:
                del self._made[digest]
            if ticket.future.exception() is not None:
                return
            rendering = ticket.future.result()
            if digest in self._kept or len(rendering.body) > self._most:
                return
            self._kept[digest] = rendering
            self._size += len(rendering.body)
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone.body)


def _done(rendering: Rendering) -> Future[Rendering]:
    future: Future[Rendering] = Future()
    future.set_result(rendering)
    return future
