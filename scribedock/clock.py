"""The time as the database and the wire have it: UTC without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def from_timestamp(seconds: float) -> datetime:
    """Seconds since 1970 as UTC without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def wire(moment: datetime | None) -> str:
    """As the API writes a date, always with six digits; `""` for one that is not known yet."""
    return "" if moment is None else moment.isoformat(timespec="microseconds")


def wire_short(moment: datetime) -> str:
    """As statistics write a date: without a fraction where it is zero."""
    return moment.isoformat()
