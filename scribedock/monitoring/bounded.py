"""Questions that somebody may never answer: a database that is silent, a disk that hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
LIMIT_S = 5.0


class BoundedQuestion(Generic[Answer]):
    """A question that is asked in a thread, and not again while it is not answered, however often."""

    def __init__(self, ask: Callable[[], Answer], *, limit_s: float = LIMIT_S) -> None:
        self._ask = ask
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._pending: Future[Answer] | None = None

    def answer(self) -> Answer:
        """Return the answer, or raise what the question raises; TimeoutError where none comes in time."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = Future()
                threading.Thread(target=self._run, args=(self._pending,), daemon=True).start()
            pending = self._pending
        return pending.result(self._limit_s)

    def _run(self, pending: Future[Answer]) -> None:
        try:
            pending.set_result(self._ask())
        except BaseException as error:
            pending.set_exception(error)
