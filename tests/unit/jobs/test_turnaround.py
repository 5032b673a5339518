from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scribedock.accounts.sessions import Dialect
from scribedock.api.schema.job_answers import job_answer
from scribedock.jobs.job import JobStatus, Priority
from scribedock.jobs.turnaround import due_date, effective_priority, is_late, rank_of
from tests.support.jobs import a_job

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
JOB = a_job(status=JobStatus.PENDING, fidelity=None, created=NOW, due=NOW, authorized=NOW)


@pytest.mark.parametrize(
    ("asked", "hours", "effective"),
    [
        (Priority.STANDARD, None, Priority.STANDARD),
        (Priority.STANDARD, 48, Priority.STANDARD),
        (Priority.STANDARD, 47, Priority.PRIORITY),
        (Priority.STANDARD, 1, Priority.PRIORITY),
        (Priority.ECONOMY, 1, Priority.ECONOMY),
        (Priority.HIGH, 1, Priority.HIGH),
        (Priority.CRITICAL, 400, Priority.CRITICAL),
    ],
)
def test_a_short_turnaround_raises_standard_to_priority_and_nothing_else(
    asked: Priority, hours: int | None, effective: Priority
) -> None:
    assert effective_priority(asked, hours) is effective


def test_an_order_is_due_after_its_own_hours_or_else_its_prioritys() -> None:
    assert due_date(NOW, Priority.CRITICAL, None) == NOW + 12 * HOUR
    assert due_date(NOW, Priority.CRITICAL, 100) == NOW + 100 * HOUR


def test_the_more_urgent_priority_comes_first() -> None:
    ranked = sorted(Priority, key=rank_of)
    assert ranked == ["CRITICAL", "PRIORITY", "HIGH", "STANDARD", "ECONOMY"]


@pytest.mark.parametrize("status", list(JobStatus))
def test_a_job_is_late_after_its_date_while_somebody_works_on_it(status: JobStatus) -> None:
    job = replace(JOB, status=status)
    counts = status not in (JobStatus.AUTHORIZING, JobStatus.MEDIA_FAILURE)
    assert not is_late(job, NOW)
    assert is_late(job, NOW + HOUR) is counts
    assert not is_late(replace(job, due=None), NOW + HOUR)


def test_a_finished_job_was_late_or_was_not_for_ever() -> None:
    job = replace(JOB, status=JobStatus.COMPLETE)
    assert not is_late(replace(job, completed=NOW - HOUR), NOW + HOUR)
    assert is_late(replace(job, completed=NOW + HOUR), NOW + 2 * HOUR)


def test_a_late_job_says_so_in_the_classic_dialect_alone() -> None:
    assert job_answer(JOB, Dialect.CLASSIC, now=NOW + HOUR)["Late"] is True
    assert "Late" not in job_answer(JOB, Dialect.CLASSIC, now=NOW)
    assert "Late" not in job_answer(JOB, Dialect.OPENAPI, now=NOW + HOUR)
