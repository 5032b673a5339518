"""Seats at what all work shares (processors, recognizers): the branch that used them least lately is next.

A slot lets work begin; a seat lets it use the machine. So a short recording goes ahead beside a branch that
has kept the machine busy, and branches that always have work get equal shares.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOK_INTERVAL_S = 1.0
HALF_LIFE_S = 120.0
"""After this time, seconds of a seat count half; so long, about, a branch that was idle can go first."""
FORGOTTEN_S = 0.01

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

    The seat left last is taken first. Of the waiting threads, one of the branch with the fewest seconds of
    seats is next, where recent seconds count more; among equals, the one that waits longest. While all seats
    are taken, a branch that has none gets the spare one.
    """

    def __init__(
        self,
        seats: Iterable[int],
        *,
        spare: int | None = None,
        spare_fits: Callable[[], bool] = lambda: True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """spare: the number of a further seat. spare_fits: whether it can be used now.

        now: returns seconds of a clock that never goes back.
        """
        self._free = list(reversed(list(seats)))
        self._spare = spare
        self._spare_is_free = spare is not None
        self._spare_fits = spare_fits
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[object]] = {}
        self._usage: dict[str, SeatUsage] = {}
        self._now = now

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
        number: int | None = None

        def is_my_turn() -> bool:
            nonlocal number
            number = self._seat_for(me, branch)
            return number is not None

        with self._changed:
            self._waiting.setdefault(branch, deque()).append(me)
        try:
            while True:
                with self._changed:
                    if self._changed.wait_for(is_my_turn, LOOK_INTERVAL_S) and number is not None:
                        self._usage.setdefault(branch, SeatUsage(self._now())).change(+1, self._now())
                        return number
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
            if number == self._spare:
                self._spare_is_free = True
            else:
                self._free.append(number)
            now = self._now()
            self._usage[branch].change(-1, now)
            for each in [name for name, usage in self._usage.items() if usage.is_forgotten(now)]:
                del self._usage[each]
            self._changed.notify_all()

    def _seat_for(self, me: object, branch: str) -> int | None:
        """Return the seat that the waiting thread gets now, no longer free; None if it is not next."""
        if self._free:
            return self._free.pop() if self._next(self._waiting) is me else None
        if not self._spare_is_free or self._has_seat(branch):
            return None
        without = [each for each in self._waiting if not self._has_seat(each)]
        if self._next(without) is not me or not self._spare_fits():
            return None
        self._spare_is_free = False
        return self._spare

    def _has_seat(self, branch: str) -> bool:
        return branch in self._usage and self._usage[branch].seats > 0

    def _next(self, branches: Iterable[str]) -> object:
        """Return who is next of the branches, which are in the order in which they began to wait."""
        now = self._now()
        used = {branch: usage.seconds(now) for branch, usage in self._usage.items()}
        return self._waiting[min(branches, key=lambda branch: used.get(branch, 0.0))][0]


class SeatUsage:
    """The seconds for which a branch has had seats; older ones count less, by HALF_LIFE_S."""

    def __init__(self, now: float) -> None:
        self.seats = 0
        self._seconds = 0.0  # at `_since`
        self._since = now

    def seconds(self, now: float) -> float:
        """Return the seconds that count now, those of the seats it still has included."""
        rate = math.log(2) / HALF_LIFE_S
        kept = math.exp(-rate * (now - self._since))
        return self._seconds * kept + self.seats * (1 - kept) / rate

    def change(self, seats: int, now: float) -> None:
        """Count from now on with so many more seats."""
        self._seconds = self.seconds(now)
        self._since = now
        self.seats += seats

    def is_forgotten(self, now: float) -> bool:
        """Return whether so little is left that the branch counts like one that had no seat."""
        return self.seats == 0 and self.seconds(now) < FORGOTTEN_S
