"""Whose work is done next: branches of the tree of accounts take turns, however much each of them wants."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

from scribedock.errors import SystemFault

Item = TypeVar("Item")
RETRY_AFTER_S = 5


class Turns(Generic[Item]):
    """Queued items, taken from one branch after the other; within a branch, first come, first served.

    A branch has at most `running` items taken at once, so that there is room for the others, and at most
    `waiting` items queued. Not thread-safe: callers share a lock.
    """

    def __init__(self, *, running: int, waiting: int) -> None:
        self._most_running = running
        self._most_waiting = waiting
        self._queues: OrderedDict[str, deque[Item]] = OrderedDict()
        self._running: Counter[str] = Counter()

    def add(self, branch: str, item: Item) -> None:
        """Queue an item. Raises SystemFault (503) when the branch has too many queued."""
        queue = self._queues.setdefault(branch, deque())
        if len(queue) >= self._most_waiting:
            raise SystemFault(
                f"Your account has {len(queue)} requests of this kind waiting; try again in a few seconds",
                status=503,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        queue.append(item)

    def take(self, suits: Callable[[Item], bool] = lambda item: True) -> tuple[str, Item] | None:
        """Return the next item and its branch, which then comes last; None when none may run.

        Where a branch's first item does not suit the caller, the next branch is tried.
        """
        for branch, queue in self._queues.items():
            if self._running[branch] < self._most_running and suits(queue[0]):
                item = queue.popleft()
                self._queues.move_to_end(branch)
                self._forget_empty(branch)
                self._running[branch] += 1
                return branch, item
        return None

    def done(self, branch: str) -> None:
        """Note that an item of the branch has ended."""
        self._running[branch] -= 1
        if not self._running[branch]:
            del self._running[branch]

    def remove(self, branch: str, item: Item) -> bool:
        """Remove an item from the queue; return whether it was still there."""
        queue = self._queues.get(branch)
        if queue is None or item not in queue:
            return False
        queue.remove(item)
        self._forget_empty(branch)
        return True

    def drain(self) -> list[Item]:
        """Remove and return everything that is queued."""
        items = [item for queue in self._queues.values() for item in queue]
        self._queues.clear()
        return items

    def _forget_empty(self, branch: str) -> None:
        if not self._queues[branch]:
            del self._queues[branch]
