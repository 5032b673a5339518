"""The periods of statistics: weeks from Sunday, months, or one for all.

Source: the API's `aggregate_statistics`. All times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scribedock.errors import InvalidQuery

MAX_PERIODS = 10_000
SUNDAY = 6  # as datetime.weekday counts


class GroupBy(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Period:
    start: datetime
    end: datetime  # the first moment that is not in it


def periods(start: datetime, end: datetime, group_by: GroupBy | None) -> list[Period]:
    """Divide the time from `start` to `end` at the beginnings of weeks or months.

    The first and last period are clipped. Without a division, and where `start` is `end`, there is one
    period. Raises InvalidQuery where `end` is before `start`, and for more than MAX_PERIODS periods.
    """
    if end < start:
        raise InvalidQuery("end_date: must not be before start_date")
    found = []
    begin = start
    while group_by is not None and (cut := _next_cut(begin, group_by)) is not None and cut < end:
        found.append(Period(start=begin, end=cut))
        begin = cut
        if len(found) == MAX_PERIODS:
            raise InvalidQuery(
                f"start_date: there are more than {MAX_PERIODS} {group_by}s until end_date; "
                "choose a later one"
            )
    return [*found, Period(start=begin, end=end)]


def _next_cut(moment: datetime, group_by: GroupBy) -> datetime | None:
    """Return the next beginning of a week or month after `moment`; None where the calendar ends before."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if group_by is GroupBy.WEEK:
            return day + timedelta(days=(SUNDAY - day.weekday()) % 7 or 7)
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    except OverflowError:
        return None
