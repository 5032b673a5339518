"""How long a fetch may take, how slow it may be, and whether anybody still wants the result."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpcore2

RATE_WINDOW_S = 60.0
LOOK_INTERVAL_S = 1.0


class FetchTooSlow(Exception):
    """Too few bytes arrive."""


class Unwanted(Exception):
    """Nobody waits for the result any more."""


class TransferDeadline:
    def __init__(
        self, *, timeout_s: float, min_rate: int = 0, wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Start the clock.

        timeout_s: for the whole transfer. min_rate: bytes a second, over a minute. wanted: is asked every
        second.
        """
        self._deadline = time.monotonic() + timeout_s
        self._min_rate = min_rate
        self._wanted = wanted
        self._window_start = self._asked = time.monotonic()
        self._window_bytes = 0

    def left(self, timeout_s: float | None) -> float:
        """Return the seconds left for an operation with a limit of its own. Raises httpcore2.ReadTimeout."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("no time is left")
        return left if timeout_s is None else min(left, timeout_s)

    def came(self, count: int) -> None:
        self._window_bytes += count

    def check(self) -> None:
        """Raise FetchTooSlow or Unwanted where the transfer is to end."""
        now = time.monotonic()
        if now - self._asked >= LOOK_INTERVAL_S:
            self._asked = now
            if not self._wanted():
                raise Unwanted
        if now - self._window_start >= RATE_WINDOW_S:
            rate = self._window_bytes / (now - self._window_start)
            self._window_start, self._window_bytes = now, 0
            if rate < self._min_rate:
                raise FetchTooSlow
