"""Rendering processes, and the queue before each.

They are processes because the layout of a long recording holds the interpreter's lock, and everything else
that the server does would wait for it.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from scribedock.captions.render import Rendering
from scribedock.errors import SystemFault
from scribedock.rendering.pipe import Failed, Missing, Order, Refused
from scribedock.rendering.process import ChildEnded, ChildSlow, RenderingProcess
from scribedock.rendering.request import ListKey, RenderRequest

log = structlog.get_logger("scribedock.rendering")

TIMEOUT_S = 120.0
MOST_WAITING = 64
REMEMBERED = 1000  # lists of which a process is known to have them
Bodies = Callable[[ListKey], bytes]
"""The wire's JSON of a list."""


def usual_processes() -> int:
    """Half of the processors, the other half for everything else."""
    return min(8, max(1, len(os.sched_getaffinity(0)) // 2))


class RenderingPool:
    """At most `processes` children, started when first needed. Callable from any thread.

    A list goes to the process that has parsed it already, a new one to the process with the least to do.
    """

    def __init__(self, *, processes: int | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._seats = [_Seat(timeout_s) for _ in range(processes or usual_processes())]
        self._homes: OrderedDict[ListKey, _Seat] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, request: RenderRequest, bodies: Bodies) -> Future[Rendering]:
        """Raises SystemFault (503) when too many wait already.

        The future raises what the captions library does, and SystemFault where a process fails.
        """
        with self._lock:
            if sum(seat.waiting for seat in self._seats) >= MOST_WAITING:
                raise SystemFault(
                    "Too many captions are being made; try again in a few seconds",
                    status=503,
                    headers={"Retry-After": "5"},
                )
            key = request.lists[0]
            seat = self._homes.get(key) or min(self._seats, key=lambda each: each.waiting)
            self._homes[key] = seat
            self._homes.move_to_end(key)
            while len(self._homes) > REMEMBERED:
                self._homes.popitem(last=False)
            return seat.submit(request, bodies)

    def close(self) -> None:
        """Ends the children at once."""
        for seat in self._seats:
            seat.close()


class _Seat:
    """A child, and the one thread that speaks with it and lasts as long (prctl(2), PR_SET_PDEATHSIG)."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rendering")
        self._child: RenderingProcess | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Requests that are not answered yet."""
        return self._waiting

    def submit(self, request: RenderRequest, bodies: Bodies) -> Future[Rendering]:
        with self._lock:
            self._waiting += 1
        future = self._thread.submit(self._render, request, bodies)
        future.add_done_callback(self._done)
        return future

    def close(self) -> None:
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)
        if self._child is not None:
            self._child.kill()

    def _done(self, _: Future[Rendering]) -> None:
        with self._lock:
            self._waiting -= 1

    def _render(self, request: RenderRequest, bodies: Bodies) -> Rendering:
        try:
            answer = self._answer(request, bodies)
        except ChildEnded:
            # It may have died of another request, or of something that the machine did to it.
            log.warning("a rendering process ended; another is started")
            answer = self._answer(request, bodies, again=True)
        if isinstance(answer, Rendering):
            return answer
        if isinstance(answer, Refused):
            raise answer.error
        raise RuntimeError(f"a rendering process failed:\n{answer.traceback}")

    def _answer(
        self, request: RenderRequest, bodies: Bodies, *, again: bool = False
    ) -> Rendering | Refused | Failed:
        try:
            answer = self._ask(Order(request, {}))
            if isinstance(answer, Missing):
                answer = self._ask(Order(request, {key: bodies(key) for key in answer.lists}))
        except (ChildEnded, ChildSlow) as error:
            self._end()
            if isinstance(error, ChildEnded) and not again and not self._closed:
                raise
            log.error("rendering failed", reason=type(error).__name__, lists=request.lists)
            reason = "takes too long" if isinstance(error, ChildSlow) else "has failed"
            raise SystemFault(f"Making these captions {reason}; the fault is noted", status=503) from None
        assert not isinstance(answer, Missing)
        return answer

    def _ask(self, order: Order) -> Rendering | Missing | Refused | Failed:
        if self._closed:
            raise ChildEnded
        if self._child is None:
            self._child = RenderingProcess()
        return self._child.ask(order, self._timeout_s)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
