"""What an operator sees of everything at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scribedock.db.tables import executors, work
from scribedock.dispatch.queues import Queue
from scribedock.jobs.job import JobStatus, Priority
from scribedock.reports import overview
from scribedock.reports.overview import OTHER_BRANCHES, Overview
from scribedock.testing import ManualClock
from tests.support.core import Core
from tests.support.operated import failed, opened, ordered


@pytest.fixture
def clock(core: Core) -> ManualClock:
    return core.clock


@pytest.fixture
def seen(core: Core) -> Overview:
    return core.services.overview


def test_jobs_are_counted_by_state_without_the_deleted_ones(core: Core, seen: Overview) -> None:
    opened(core.services)
    failed(core.services)
    core.services.jobs.delete(opened(core.services).id, None)
    counts = seen.jobs_by_state()
    assert set(counts) == set(JobStatus)
    assert (counts[JobStatus.PENDING], counts[JobStatus.MEDIA_FAILURE]) == (1, 1)
    assert sum(counts.values()) == 2


def test_waiting_work_is_counted_by_queue_and_priority(
    core: Core, seen: Overview, clock: ManualClock
) -> None:
    for priority in (Priority.CRITICAL, Priority.CRITICAL, Priority.ECONOMY):
        ordered(core.services, priority=priority)
    running = ordered(core.services, priority=Priority.CRITICAL)
    with core.services.database.write() as connection:
        connection.execute(
            work.update().where(work.c.id == running.order_task_id).values(executor_id="e" * 32)
        )
    ordered(core.services, priority=Priority.ECONOMY, url="http://media.example.org/a.mp4")
    clock.advance(60)
    found = {(each.queue, each.priority): each for each in seen.queues()}
    critical = found[Queue.TRANSCRIPTION, Priority.CRITICAL]
    assert (critical.ready, critical.running, critical.waiting) == (2, 1, 0)
    assert critical.oldest is not None and clock.now() - critical.oldest >= timedelta(seconds=59)
    economy = found[Queue.TRANSCRIPTION, Priority.ECONOMY]
    assert (economy.ready, economy.running, economy.waiting) == (1, 0, 1)
    assert found[Queue.PROBES, None].ready == 4  # which have no priority
    keys = [each.priority for each in seen.queues() if each.queue is Queue.TRANSCRIPTION]
    assert keys == [Priority.CRITICAL, Priority.ECONOMY]


def test_branches_beyond_a_number_are_counted_together(
    core: Core, seen: Overview, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MAX_BRANCHES", 1)
    for name, number in (("maria", 3), ("ben", 1), ("team", 1)):
        owner = core.services.accounts.create(name, "a password", parent="admin")
        for _ in range(number):
            ordered(core.services, owner=owner)
    clock.advance(1)
    found = seen.ready_by_branch()
    assert found["maria", Queue.TRANSCRIPTION] == 3
    assert found[OTHER_BRANCHES, Queue.TRANSCRIPTION] == 2
    assert {name for name, _ in found} == {"maria", OTHER_BRANCHES}


@pytest.mark.parametrize(
    ("silent_s", "crashed", "alive"), [(0, False, True), (31, False, False), (0, True, False)]
)
def test_a_worker_is_alive_while_it_holds_its_lease(
    core: Core, seen: Overview, clock: ManualClock, silent_s: int, crashed: bool, alive: bool
) -> None:
    with core.services.database.write() as connection:
        connection.execute(
            executors.insert().values(id="e" * 32, host="a", heartbeat=clock.now(), crashed=crashed)
        )
    clock.advance(silent_s)
    assert [each.alive for each in seen.workers()] == [alive]


def test_late_jobs_and_stored_bytes_are_counted(core: Core, seen: Overview, clock: ManualClock) -> None:
    ordered(core.services)
    assert (seen.late_jobs(), seen.stored().recordings, seen.stored().recording_bytes) == (0, 1, 1000)
    clock.advance(timedelta(days=3).total_seconds())
    assert seen.late_jobs() == 1
