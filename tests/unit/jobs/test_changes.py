from __future__ import annotations

import sqlalchemy as sa

from scribedock.db.tables import job_events
from scribedock.jobs.changes import LATE_EVENTS, JobChanges
from scribedock.jobs.job import JobStatus
from tests.support.core import Core


def changes(core: Core) -> JobChanges:
    """Return a reader that has looked at the present state."""
    reader = JobChanges(core.services.database)
    assert reader.read() == []
    return reader


def test_what_was_there_before_is_no_change(core: Core) -> None:
    core.job()
    assert changes(core).read() == []


def test_a_new_job_is_a_change_once(core: Core) -> None:
    reader = changes(core)
    job = core.job()
    [change] = reader.read()
    assert (change.job_id, change.account_id, change.status) == (job.id, core.admin.id, JobStatus.PENDING)
    assert reader.read() == []


def test_a_deleted_job_has_no_state(core: Core) -> None:
    job = core.job()
    reader = changes(core)
    core.services.jobs.delete(job.id, None)
    [change] = reader.read()
    assert (change.job_id, change.status) == (job.id, None)


def test_progress_of_running_jobs_is_a_change(core: Core) -> None:
    running, other = core.job(), core.job()
    core.services.jobs.update(running.id, status=JobStatus.IN_PROCESS.value)
    core.services.jobs.update(other.id, status=JobStatus.IN_PROCESS.value)
    reader = changes(core)
    core.services.jobs.stamp_progress(running.id, 0.25)
    [change] = reader.read()
    assert (change.job_id, change.status, change.progress) == (running.id, JobStatus.IN_PROCESS, 0.25)
    assert reader.read() == []


def test_several_changes_of_a_job_are_one(core: Core) -> None:
    reader = changes(core)
    job = core.job()
    core.services.jobs.update(job.id, status=JobStatus.IN_PROCESS.value, progress=0.5)
    core.services.jobs.delete(job.id, None)
    [change] = reader.read()
    assert change.status is None


def test_an_event_that_is_committed_after_later_ones_is_seen(core: Core) -> None:
    early, late = core.job(), core.job()
    with core.services.database.write() as connection:
        row = connection.execute(sa.select(job_events).where(job_events.c.job_id == early.id)).one()
        connection.execute(job_events.delete().where(job_events.c.id == row.id))
    reader = changes(core)
    core.services.jobs.delete(late.id, None)
    assert [change.job_id for change in reader.read()] == [late.id]
    with core.services.database.write() as connection:
        connection.execute(job_events.insert().values(**row._mapping))
    assert [change.job_id for change in reader.read()] == [early.id]
    assert reader.read() == []


def test_it_remembers_no_more_events_than_may_come_late(core: Core) -> None:
    reader = changes(core)
    job = core.job()
    with core.services.database.write() as connection:
        row = connection.execute(sa.select(job_events).where(job_events.c.job_id == job.id)).one()._mapping
        more = [{**row, "id": row["id"] + number} for number in range(1, 3 * LATE_EVENTS)]
        connection.execute(job_events.insert(), more)
    assert [change.job_id for change in reader.read()] == [job.id]
    assert reader.read() == []
    assert reader._seen is not None and len(reader._seen) <= LATE_EVENTS
