"""Renderings that are kept, so that the same captions are not made twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from scribedock.captions.render import Rendering
from scribedock.rendering.pool import Bodies, RenderingPool
from scribedock.rendering.request import RenderRequest

KEPT_BYTES = 64 * 1024 * 1024


class Renderings:
    """The bytes of the latest renderings, by a digest of everything that they depend on.

    Who asks for what is being made already waits for that. Callable from any thread.
    """

    def __init__(self, pool: RenderingPool | None = None, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._pool = pool or RenderingPool()
        self._most = kept_bytes
        self._size = 0
        self._kept: OrderedDict[str, Rendering] = OrderedDict()
        self._made: dict[str, Future[Rendering]] = {}
        self._lock = threading.Lock()

    def get(self, digest: str, request: RenderRequest, bodies: Bodies) -> Future[Rendering]:
        """As `RenderingPool.submit`; several callers may get the same future, so none may cancel it."""
        with self._lock:
            known = self._kept.get(digest)
            if known is not None:
                self._kept.move_to_end(digest)
                return _done(known)
            under_way = self._made.get(digest)
            if under_way is not None:
                return under_way
            future = self._made[digest] = self._pool.submit(request, bodies)
        future.add_done_callback(lambda done: self._finished(digest, done))
        return future

    def close(self) -> None:
        self._pool.close()

    def _finished(self, digest: str, done: Future[Rendering]) -> None:
        with self._lock:
            self._made.pop(digest, None)
            if done.cancelled() or done.exception() is not None:
                return
            rendering = done.result()
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
