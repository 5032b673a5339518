"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = BEGINNING, *, tick: timedelta = timedelta(0)) -> None:
        """tick: by how much it moves at each look, so that things which follow each other have an order."""
        self._now = now
        self.tick = tick
        self._monotonic = 1000.0

    def now(self) -> datetime:
        self._now += self.tick
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
