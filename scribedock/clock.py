"""The time as the database and the API have it: UTC without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def from_timestamp(seconds: float) -> datetime:
    """Return `seconds` since 1970 as UTC without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def format_time(moment: datetime | None) -> str:
    """Return a date as the API writes it, always with six digits; `""` for one that is not known yet."""
    return "" if moment is None else moment.isoformat(timespec="microseconds")


def format_short_time(moment: datetime) -> str:
    """Return a date as the statistics write it: without a fraction where that is zero."""
    return moment.isoformat()
