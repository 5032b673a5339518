"""The time as the database and the API have it: UTC without a zone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time. Whoever has to do with time is given one, so that tests can set it."""

    def now(self) -> datetime:
        """Return the time in UTC, without a zone."""
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
    return datetime.now(UTC).replace(tzinfo=None)


def from_timestamp(seconds: float) -> datetime:
    """Return `seconds` since 1970 as UTC without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def to_timestamp(moment: datetime) -> float:
    """Return a time in UTC without a zone as seconds since 1970."""
    return moment.replace(tzinfo=UTC).timestamp()


def format_time(moment: datetime | None) -> str:
    """Return a date as the API writes it, always with six digits; `""` for one that is not known yet."""
    return "" if moment is None else moment.isoformat(timespec="microseconds")


def format_short_time(moment: datetime) -> str:
    """Return a date as the statistics write it: without a fraction where that is zero."""
    return moment.isoformat()
