"""Whose work is done next: branches of the tree of accounts take turns, however much each of them wants."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

from scribedock.errors import SystemFault

Item = TypeVar("Item")
RETRY_AFTER_S = 5


class Turns(Generic[Item]):
    """Waiting items, taken from one branch after the other; within a branch, first come, first served.

    A branch never has more than `running` items taken at once, so that a place is left for the others, and
    never more than `waiting` items waiting. Not thread-safe: whoever shares it holds a lock.
    """

    def __init__(self, *, running: int, waiting: int) -> None:
        self._most_running = running
        self._most_waiting = waiting
        self._queues: OrderedDict[str, deque[Item]] = OrderedDict()
        self._running: Counter[str] = Counter()

    def add(self, branch: str, item: Item) -> None:
        """Raises SystemFault (503) when the branch has too many waiting: it alone is sent away."""
        queue = self._queues.setdefault(branch, deque())
        if len(queue) >= self._most_waiting:
            raise SystemFault(
                f"Your account has {len(queue)} requests of this kind waiting; try again in a few seconds",
                status=503,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        queue.append(item)

    def take(self, suits: Callable[[Item], bool] = lambda item: True) -> tuple[str, Item] | None:
        """The next item, and its branch, which then comes last; None when there is none that may run.

        Where a branch's first item does not suit whoever asks, the next branch is looked at.
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
        """An item that was taken has ended."""
        self._running[branch] -= 1
        if not self._running[branch]:
            del self._running[branch]

    def remove(self, branch: str, item: Item) -> bool:
        """Takes an item out of the queue; whether it was still waiting."""
        queue = self._queues.get(branch)
        if queue is None or item not in queue:
            return False
        queue.remove(item)
        self._forget_empty(branch)
        return True

    def drain(self) -> list[Item]:
        """Everything that waits; nothing does afterwards."""
        items = [item for queue in self._queues.values() for item in queue]
        self._queues.clear()
        return items

    def _forget_empty(self, branch: str) -> None:
        if not self._queues[branch]:
            del self._queues[branch]
