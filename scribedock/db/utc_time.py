"""A column of times: aware in UTC in the program, without a zone in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from scribedock.clock import in_utc


class UtcTime(sa.TypeDecorator[datetime]):
    """Stores a time as UTC without a zone; what it returns is aware.

    A time without a zone raises TypeError, because nobody can say when it was.
    """

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value} has no time zone")
        return in_utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
