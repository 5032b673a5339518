from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.jobs.job import Fidelity
from scribedock.reports.periods import GroupBy, Period, periods
from scribedock.reports.statistics import METRIC_BY_FIDELITY, Metric, ReturnedJob, aggregated

START, END = datetime(2024, 1, 1), datetime(2024, 3, 1)
KINDS = (Metric.FOREIGN_TRANSCRIPTION, Metric.ENGLISH_TRANSCRIPTION, Metric.TRANSLATION)
JOBS = st.builds(
    ReturnedJob,
    returned=st.datetimes(min_value=START - timedelta(days=9), max_value=END + timedelta(days=9)),
    media_ms=st.integers(0, 10**8),
    language=st.sampled_from(["en", "fr", "cz", "zh-tw"]),
    fidelity=st.sampled_from(Fidelity),
    is_translation=st.booleans(),
)


def job(media_ms: int, returned: datetime = START, language: str = "en") -> ReturnedJob:
    return ReturnedJob(returned=returned, media_ms=media_ms, language=language, fidelity=Fidelity.MECHANICAL)


@pytest.mark.parametrize(
    ("media_ms", "minutes"), [(0, 0), (1, 1), (59_999, 1), (60_000, 1), (60_001, 2), (7_200_000, 120)]
)
def test_the_minutes_of_a_job_are_rounded_up(media_ms: int, minutes: int) -> None:
    assert job(media_ms).minutes == minutes


def test_each_job_is_rounded_by_itself() -> None:
    [total] = aggregated([job(1), job(1), job(60_001)], [Period(start=START, end=END)])
    assert total[Metric.TOTAL] == 4


def test_a_period_includes_its_start_and_excludes_its_end() -> None:
    parts = periods(START, datetime(2024, 1, 14), GroupBy.WEEK)
    sunday = datetime(2024, 1, 7)
    moments = [START, sunday - timedelta(microseconds=1), sunday, datetime(2024, 1, 14)]
    found = aggregated([job(1, moment) for moment in moments], parts)
    assert [each[Metric.TOTAL] for each in found] == [2, 1]


def test_english_is_not_foreign() -> None:
    assert job(1).kind is Metric.ENGLISH_TRANSCRIPTION
    assert job(1, language="fr").kind is Metric.FOREIGN_TRANSCRIPTION


@given(st.lists(JOBS, max_size=30), st.sampled_from([None, *GroupBy]))
def test_the_sums_add_up(returned: list[ReturnedJob], group_by: GroupBy | None) -> None:
    found = aggregated(returned, periods(START, END, group_by))
    for each in found:
        assert each[Metric.TOTAL] == sum(each[kind] for kind in KINDS)
        assert each[Metric.TOTAL] == sum(each[metric] for metric in METRIC_BY_FIDELITY.values())
    inside = [each for each in returned if START <= each.returned < END]
    assert sum(each[Metric.TOTAL] for each in found) == sum(each.minutes for each in inside)
