"""What is told of jobs to those who watch: each change once, in its order."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scribedock.clock import utc_now
from scribedock.db.tables import job_events
from scribedock.jobs.job import JobStatus
from scribedock.reports import progress
from scribedock.reports.progress import (
    Change,
    JobChange,
    JobProgress,
    ProgressFeed,
    ProgressReader,
    RecentChanges,
)
from tests.support.core import Core


def reading(core: Core) -> ProgressReader:
    """Return a reader that has looked at the present state."""
    reader = ProgressReader(core.services.progress)
    reader.read()
    return reader


def states(found: list[Change]) -> list[tuple[str, str]]:
    assert all(isinstance(each, JobChange) for each in found)
    return [(each.job_id, each.event) for each in found if isinstance(each, JobChange)]


def start(core: Core) -> str:
    """Return a job that is being worked on."""
    job = core.job()
    core.services.jobs.update(job.id, status=JobStatus.IN_PROCESS.value)
    return job.id


def change(number: int) -> JobChange:
    return JobChange(
        id=number,
        job_id="job",
        account_id="ann",
        event="started",
        status="Pending",
        at=utc_now(),
        progress=0,
    )


def test_what_was_there_before_is_no_change(core: Core) -> None:
    core.job()
    assert reading(core).read() == []


def test_a_change_is_told_once_with_the_account_that_it_belongs_to(core: Core) -> None:
    reader = reading(core)
    job = core.job()
    [told] = reader.read()
    assert isinstance(told, JobChange) and not told.is_deletion
    assert (told.job_id, told.account_id, told.status) == (job.id, core.admin.id, JobStatus.PENDING.value)
    assert reader.read() == []


def test_a_deletion_is_told(core: Core) -> None:
    job = core.job()
    reader = reading(core)
    core.services.jobs.delete(job.id, None)
    [told] = reader.read()
    assert isinstance(told, JobChange) and told.is_deletion and told.job_id == job.id


def test_what_is_running_is_told_at_first_and_then_when_it_moves(core: Core) -> None:
    running = start(core)
    start(core)
    reader = ProgressReader(core.services.progress)
    assert len(reader.read()) == 2
    core.services.jobs.stamp_progress(running, 0.25)
    assert reader.read() == [
        JobProgress(
            job_id=running, account_id=core.admin.id, status=JobStatus.IN_PROCESS.value, progress=0.25
        )
    ]
    assert reader.read() == []


def test_a_change_is_told_although_the_next_look_fails_half_way(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reading(core)
    job = core.job()
    with monkeypatch.context() as away:
        away.setattr(ProgressFeed, "running", lambda feed: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reader.read()
    assert states(reader.read()) == [(job.id, "created")]


def test_a_change_that_is_committed_after_later_ones_is_told_once(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProgressFeed, "keeps_order", False)
    early, late = core.job(), core.job()
    with core.services.database.write() as connection:
        row = connection.execute(sa.select(job_events).where(job_events.c.job_id == late.id)).one()
        connection.execute(job_events.delete().where(job_events.c.id == row.id))
    reader = reading(core)
    numbers = {"id": row.id + 1}
    with core.services.database.write() as connection:
        connection.execute(job_events.insert().values({**row._mapping, **numbers, "job_id": early.id}))
    assert states(reader.read()) == [(early.id, "created")]
    with core.services.database.write() as connection:
        connection.execute(job_events.insert().values(**row._mapping))
    assert states(reader.read()) == [(late.id, "created")]
    assert reader.read() == []


def test_it_remembers_no_longer_than_changes_may_come_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    recent = RecentChanges(6, late_s=5)
    first, late, last = change(7), change(8), change(9)
    assert recent.new([first, last]) == [first, last]
    assert recent.new([first, late, last]) == [late]
    assert recent.low == 6
    now = 106.0
    assert recent.new([first, late, last]) == []
    assert recent.low == 9
    in_order = RecentChanges(6, late_s=0)
    assert in_order.new([first, last]) == [first, last]
    assert in_order.low == 9
