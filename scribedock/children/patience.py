"""How long a parent waits for its child's answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from scribedock.children.allowance import POLL_S, Allowance, Meter


class ChildSlow(Exception):
    """The child did not answer in time."""


class Patience(Protocol):
    """How often a parent looks up while it waits, and when it gives up."""

    def check(self) -> float:
        """Return the seconds until the next look. Raises an error to give up."""
        ...


class Deadline:
    """Waits for so many seconds, by the clock. Raises ChildSlow then."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise ChildSlow
        return left


class Metered:
    """Waits as long as the child has processor time left and its answer is wanted.

    Raises ProcessorTimeUsed, ClockRanOut, and what `check_wanted` raises.
    """

    def __init__(self, pid: int, allowance: Allowance, check_wanted: Callable[[], None]) -> None:
        self._meter = Meter(pid, allowance)
        self._check_wanted = check_wanted
        self._looked = time.monotonic()

    def check(self) -> float:
        if time.monotonic() - self._looked >= POLL_S:
            self._looked = time.monotonic()
            self._check_wanted()
            self._meter.check()
        return POLL_S
