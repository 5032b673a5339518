"""Waiting for a condition, which fails where it never holds; on a busy machine it may take longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

MEASURED_S = 0.05  # of processor time


def slowness() -> float:
    """Return how many times longer than alone this thread takes, because it shares the processors."""
    began, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < MEASURED_S:
        pass
    return max(1.0, (time.monotonic() - began) / MEASURED_S)


class Patience:
    """A limit in seconds that grows with what else the machine has to do."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._began = time.monotonic()

    def is_over(self) -> bool:
        elapsed = time.monotonic() - self._began
        return elapsed > self._within_s and elapsed > self._within_s * slowness()


def wait_until(condition: Callable[[], Any], within_s: float = 60, *, pause_s: float = 0.1) -> None:
    patience = Patience(within_s)
    while not condition():
        assert not patience.is_over(), "not in time"
        time.sleep(pause_s)
