"""Watching progress: who is told what, and how many may watch."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from scribedock.api import progress_hub
from scribedock.api.progress_hub import ProgressHub, ProgressWatcher, RecentChanges
from scribedock.clock import utc_now
from scribedock.db.tables import work
from scribedock.errors import InvalidQuery, SystemFault
from scribedock.jobs.job import Job
from scribedock.jobs.states import JobEvent
from scribedock.reports.progress import JobChange, JobProgress
from tests.support.core import Core


def change(number: int, account_id: str = "ann", job_id: str = "job") -> JobChange:
    return JobChange(
        id=number, job_id=job_id, account_id=account_id, event="started", status="Pending", at=utc_now()
    )


def watcher(account_id: str = "ann", job_id: str | None = None) -> ProgressWatcher:
    return ProgressWatcher(account_id=account_id, visible_accounts=frozenset({account_id}), job_id=job_id)


def taken(watching: ProgressWatcher) -> list[object]:
    return [watching.queue.get_nowait() for _ in range(watching.queue.qsize())]


def test_a_watcher_is_told_of_its_own_jobs_alone() -> None:
    everything, one = watcher(), watcher(job_id="this")
    mine, this, others = change(1), change(2, job_id="this"), change(3, "ben", "this")
    for each in (mine, this, others):
        everything.offer(each)
        one.offer(each)
    assert (taken(everything), taken(one)) == ([mine, this], [this])


def test_a_client_that_reads_too_slowly_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_hub, "MAX_WAITING", 3)
    slow = watcher()
    for number in range(5):
        slow.offer(change(number))
    assert (len(taken(slow)), slow.missed) == (3, True)


def test_a_change_that_becomes_visible_after_a_later_one_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(progress_hub.time, "monotonic", lambda: now)
    recent = RecentChanges(late_s=5)
    recent.begin(6)
    first, late, last = change(7), change(8), change(9)
    assert recent.new([first, last]) == [first, last]
    assert recent.new([first, late, last]) == [late]
    assert recent.low == 6
    now = 106.0
    assert recent.new([first, late, last]) == []
    assert recent.low == 9
    in_order = RecentChanges(late_s=0)
    in_order.begin(6)
    assert in_order.new([first, last]) == [first, last]
    assert in_order.low == 9


def advance(core: Core, job: Job, event: JobEvent) -> None:
    with core.services.database.write() as connection:
        core.services.jobs.advance(connection, core.services.jobs.fetch_job(connection, job.id), event)


def test_changes_and_progress_come_from_one_look_at_the_database(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_hub, "POLL_S", 0.001)
    feed, hub = core.services.progress, ProgressHub()
    job = core.job()
    looks = []
    found = feed.running
    monkeypatch.setattr(feed, "running", lambda: looks.append(1) or found())
    tree = frozenset({core.admin.id})
    watching = [replace(watcher(core.admin.id), visible_accounts=tree, queue=asyncio.Queue()) for _ in "ab"]

    async def watch() -> None:
        for each in watching:
            hub.watch(feed, each)
        while not looks:
            await asyncio.sleep(0.001)
        advance(core, job, JobEvent.ORDERED)
        advance(core, job, JobEvent.STARTED)
        with core.services.database.write() as connection:
            connection.execute(
                work.insert().values(
                    id="w",
                    queue="transcription",
                    job_id=job.id,
                    branch_id="b",
                    host="",
                    rank=0,
                    asked=utc_now(),
                    due=utc_now(),
                    executor_id="e",
                )
            )
        core.services.jobs.stamp_progress(job.id, 0.25)
        for each in watching:
            seen = [await each.queue.get() for _ in range(3)]
            assert [getattr(one, "event", "progress") for one in seen] == ["ordered", "started", "progress"]
            assert isinstance(seen[2], JobProgress) and seen[2].progress == 0.25
        done = len(looks)
        for each in watching:
            hub.leave(each)
        while hub._polling is not None:
            await asyncio.sleep(0.001)
        assert len(looks) <= done + 1

    asyncio.run(watch())


def test_a_database_that_is_away_for_a_moment_ends_no_stream(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_hub, "POLL_S", 0.001)
    feed, hub, job = core.services.progress, ProgressHub(), core.job()
    found, failures = feed.changes_since, []

    def failing(*asked: object, **more: object) -> list[JobChange]:
        if len(failures) < 3:
            failures.append(asked)
            raise OSError("away")
        return found(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(feed, "changes_since", failing)
    watching = watcher(core.admin.id)

    async def watch() -> None:
        hub.watch(feed, watching)
        while len(failures) < 3:
            await asyncio.sleep(0.001)
        advance(core, job, JobEvent.ORDERED)
        seen = await watching.queue.get()
        assert isinstance(seen, JobChange) and seen.event == "ordered"
        hub.close()
        assert await watching.queue.get() is None

    asyncio.run(watch())


def test_the_number_of_watchers_is_bounded(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_hub, "MAX_OF_ACCOUNT", 2)
    monkeypatch.setattr(progress_hub, "MAX_WATCHERS", 3)
    monkeypatch.setattr(progress_hub, "BEGIN_S", 0)
    monkeypatch.setattr(progress_hub, "POLL_S", 0.001)
    feed, hub = core.services.progress, ProgressHub()

    async def watch() -> None:
        first = watcher()
        for each in (first, watcher(), watcher("ben")):
            each.begun = each is first
            hub.watch(feed, each)
        with pytest.raises(SystemFault) as refused:
            hub.watch(feed, watcher("cyd"))
        assert refused.value.status == 503
        while len(hub._watchers) > 1:  # those whose stream never began are dropped
            await asyncio.sleep(0.001)
        hub.watch(feed, replace(watcher(), begun=True))
        with pytest.raises(InvalidQuery) as too_many:
            hub.watch(feed, watcher())
        assert too_many.value.status == 429
        hub.leave(first)
        hub.leave(first)  # again does no harm
        hub.watch(feed, replace(watcher(), begun=True))
        hub.close()

    asyncio.run(watch())
