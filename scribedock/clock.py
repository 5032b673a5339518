"""The time: aware, in UTC. The API and the database write it without a zone (api.md 2)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time. Whoever has to do with time is given one, so that tests can set it."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever grow, whatever becomes of the time of day."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return utc_now()

    def monotonic(self) -> float:
        return time.monotonic()


SYSTEM_CLOCK = SystemClock()


def utc_now() -> datetime:
    return datetime.now(UTC)


def from_timestamp(seconds: float) -> datetime:
    """Return `seconds` since 1970 as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time; one without a zone is in UTC.

    Raises ValueError, and OverflowError where the zone leads out of the calendar.
    """
    return in_utc(datetime.fromisoformat(text))


def in_utc(moment: datetime) -> datetime:
    """Return the same time in UTC; one without a zone is taken to be in UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def format_time(moment: datetime | None) -> str:
    """Return a date as the API writes it, always with six digits; `""` for one that is not known yet."""
    return "" if moment is None else _without_zone(moment).isoformat(timespec="microseconds")


def format_short_time(moment: datetime) -> str:
    """Return a date as the statistics write it: without a fraction where that is zero."""
    return _without_zone(moment).isoformat()


def _without_zone(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
