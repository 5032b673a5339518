from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.clock import format_short_time, parse_time
from scribedock.errors import InvalidQuery
from scribedock.reports.periods import GroupBy, periods

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))


def cut(start: str, end: str, group_by: GroupBy | None) -> list[tuple[str, str]]:
    found = periods(parse_time(start), parse_time(end), group_by)
    return [(format_short_time(part.start), format_short_time(part.end)) for part in found]


def test_without_a_division_there_is_one_period() -> None:
    assert cut("2014-08-27T14:00:06", "2024-01-01", None) == [("2014-08-27T14:00:06", "2024-01-01T00:00:00")]


def test_weeks_begin_on_sunday_and_the_ends_are_clipped() -> None:
    assert cut("2014-08-27T14:00:06", "2014-09-09T01:00", GroupBy.WEEK) == [  # Wednesday to Tuesday
        ("2014-08-27T14:00:06", "2014-08-31T00:00:00"),
        ("2014-08-31T00:00:00", "2014-09-07T00:00:00"),
        ("2014-09-07T00:00:00", "2014-09-09T01:00:00"),
    ]


def test_a_week_that_begins_with_the_start_is_whole() -> None:
    assert cut("2014-08-31", "2014-09-07", GroupBy.WEEK) == [("2014-08-31T00:00:00", "2014-09-07T00:00:00")]


def test_saturday_night_is_the_end_of_its_week() -> None:
    assert cut("2014-09-06T23:59:59", "2014-09-07T00:00:01", GroupBy.WEEK) == [
        ("2014-09-06T23:59:59", "2014-09-07T00:00:00"),
        ("2014-09-07T00:00:00", "2014-09-07T00:00:01"),
    ]


def test_months_are_those_of_the_calendar() -> None:
    assert cut("2023-12-31", "2024-03-01T00:00:01", GroupBy.MONTH) == [
        ("2023-12-31T00:00:00", "2024-01-01T00:00:00"),
        ("2024-01-01T00:00:00", "2024-02-01T00:00:00"),
        ("2024-02-01T00:00:00", "2024-03-01T00:00:00"),
        ("2024-03-01T00:00:00", "2024-03-01T00:00:01"),
    ]


@pytest.mark.parametrize("group_by", [None, *GroupBy])
def test_no_time_at_all_is_one_empty_segment(group_by: GroupBy | None) -> None:
    assert cut("2024-01-07", "2024-01-07", group_by) == [("2024-01-07T00:00:00", "2024-01-07T00:00:00")]


def test_the_end_must_not_be_before_the_start() -> None:
    with pytest.raises(InvalidQuery, match="end_date"):
        cut("2024-01-02", "2024-01-01", GroupBy.WEEK)


def test_the_calendar_itself_may_end() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999999)
    for group_by in GroupBy:
        assert periods(datetime(9999, 12, 30), last, group_by)[-1].end == last


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="start_date"):
        periods(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), GroupBy.WEEK)


@given(start=MOMENTS, end=MOMENTS, group_by=st.sampled_from([None, *GroupBy]))
def test_the_periods_cover_everything_once(start: datetime, end: datetime, group_by: GroupBy | None) -> None:
    start, end = min(start, end), max(start, end)
    found = periods(start, end, group_by)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(before.end == after.start for before, after in pairwise(found))
    inner = [part.start for part in found[1:]]
    assert all(moment == moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in inner)
    if group_by is GroupBy.WEEK:
        assert all(moment.strftime("%A") == "Sunday" for moment in inner)
        assert all(part.end - part.start <= timedelta(days=7) for part in found)
    if group_by is GroupBy.MONTH:
        assert all(moment.day == 1 for moment in inner)
