"""Rendering processes, shared by the branches of the tree of accounts in turn.

They are processes because the layout of a long recording holds the interpreter's lock, and the rest of the
server would wait for it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import structlog

from scribedock.children.crew import Crew, Ticket
from scribedock.children.patience import ChildSlow
from scribedock.children.process import ChildEnded
from scribedock.children.seat import ChildSeat
from scribedock.errors import SystemFault
from scribedock.host.processors import processors
from scribedock.rendering.pipe import Answer, MissingLists, RenderingRefused, RenderMessage, request_rendering
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock_captions.rendering import Rendering

log = structlog.get_logger("scribedock.rendering")

TIMEOUT_S = 120.0
MAX_WAITING = 256  # of one branch
MAX_REMEMBERED_LISTS = 1000  # lists that a process is known to have
CHILD = "scribedock.rendering.child"
Bodies = Callable[[ElementListKey], bytes]
"""Returns the JSON of an ElementList."""


def usual_processes() -> int:
    """Return half of the processors, but at least two, so that no branch has them all."""
    return min(8, max(2, processors() // 2))


class RenderingPool:
    """A pool of at most `processes` children that render, started when first needed.

    Callable from any thread. A list goes to the process that has already parsed it, a new one to an idle
    process. Where there are several, one is always left to the other branches.
    """

    def __init__(self, *, processes: int | None = None, timeout_s: float = TIMEOUT_S) -> None:
        count = processes or usual_processes()
        self._timeout_s = timeout_s
        self._crew: Crew[ChildSeat] = Crew(
            [ChildSeat(CHILD) for _ in range(count)],
            branch_seats=max(1, count - 1),
            branch_waiting=MAX_WAITING,
            name="rendering",
        )
        self._homes: OrderedDict[ElementListKey, ChildSeat] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, branch: str, request: RenderRequest, bodies: Bodies) -> Ticket[Rendering]:
        """Queue a rendering. Raises SystemFault (503) when too many of the branch wait.

        The ticket's future raises InvalidOption and InvalidQuery for what the captions library refuses, and
        SystemFault where a process fails.
        """
        return self._crew.submit(
            branch,
            lambda seat: self._render(seat, request, bodies),
            home=lambda: self._homes.get(request.lists[0]),
        )

    def close(self) -> None:
        """End the children at once."""
        self._crew.close()

    def _render(self, seat: ChildSeat, request: RenderRequest, bodies: Bodies) -> Rendering:
        self._remember(request.lists[0], seat)
        try:
            given: dict[ElementListKey, bytes] = {}
            while isinstance(answer := self._ask(seat, RenderMessage(request, given)), MissingLists):
                given |= {key: bodies(key) for key in answer.lists}
        except (ChildEnded, ChildSlow) as error:
            log.error("rendering failed", reason=type(error).__name__, lists=request.lists)
            reason = "takes too long" if isinstance(error, ChildSlow) else "has failed"
            raise SystemFault(
                f"Making these captions {reason}; the error is in the server's log", status=503
            ) from None
        if isinstance(answer, Rendering):
            return answer
        if isinstance(answer, RenderingRefused):
            raise answer.error
        raise RuntimeError(f"a rendering process failed:\n{answer.traceback}")

    def _ask(self, seat: ChildSeat, order: RenderMessage) -> Answer:
        return seat.exchange(lambda child: request_rendering(child, order, self._timeout_s))

    def _remember(self, key: ElementListKey, seat: ChildSeat) -> None:
        with self._lock:
            self._homes[key] = seat
            self._homes.move_to_end(key)
            while len(self._homes) > MAX_REMEMBERED_LISTS:
                self._homes.popitem(last=False)
