"""A counter for several threads."""

from __future__ import annotations

import threading


class Counter:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def increment(self) -> int:
        """Count one more; return how many there are."""
        with self._lock:
            self._count += 1
            return self._count
