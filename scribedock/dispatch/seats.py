"""Seats at what all work shares (processors, recognizers): the branch with the fewest is next.

A slot lets work begin; a seat lets it use the machine. So a branch with one short recording has its share of
the machine beside one with many long ones.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOK_INTERVAL_S = 1.0

# The branch of the tree of accounts that this thread works for.
_BRANCH: ContextVar[str] = ContextVar("branch", default="")


@contextmanager
def working_for(branch_id: str) -> Iterator[None]:
    """Attribute what runs in this block to the branch, including threads that inherit the context."""
    token = _BRANCH.set(branch_id)
    try:
        yield
    finally:
        _BRANCH.reset(token)


class FairSeats:
    """Numbered seats, each taken by one thread at a time.

    The seat left last is taken first. Of the waiting threads, one of the branch with the fewest seats is
    next; among equals, one of the branch that got a seat longest ago.
    """

    def __init__(self, seats: Iterable[int]) -> None:
        self._free = list(reversed(list(seats)))
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[object]] = {}
        self._taken: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        self._clock = itertools.count(1)

    @contextmanager
    def seat(self, check_wanted: Callable[[], None] = lambda: None) -> Iterator[int]:
        """Take a seat for the branch that this thread works for; wait until there is one.

        check_wanted: is called every second while waiting, and may raise.
        """
        branch = _BRANCH.get()
        number = self._take(branch, check_wanted)
        try:
            yield number
        finally:
            self._leave(branch, number)

    def _take(self, branch: str, check_wanted: Callable[[], None]) -> int:
        me = object()
        with self._changed:
            self._waiting.setdefault(branch, deque()).append(me)
        try:
            while True:
                with self._changed:
                    if self._changed.wait_for(
                        lambda: bool(self._free) and self._next() is me, LOOK_INTERVAL_S
                    ):
                        self._taken[branch] += 1
                        self._served[branch] = next(self._clock)
                        return self._free.pop()
                check_wanted()
        finally:
            with self._changed:
                line = self._waiting[branch]
                line.remove(me)
                if not line:
                    del self._waiting[branch]
                self._changed.notify_all()

    def _leave(self, branch: str, number: int) -> None:
        with self._changed:
            self._free.append(number)
            self._taken[branch] -= 1
            if not self._taken[branch] and branch not in self._waiting:
                del self._taken[branch]
            self._changed.notify_all()

    def _next(self) -> object:
        branch = min(self._waiting, key=lambda each: (self._taken[each], self._served.get(each, 0)))
        return self._waiting[branch][0]
