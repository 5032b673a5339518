"""Watching progress: who is told what, and how many may watch."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from scribedock.api import progress_hub
from scribedock.api.progress_hub import ProgressHub, ProgressWatcher, Sign
from scribedock.clock import utc_now
from scribedock.errors import InvalidQuery, SystemFault
from scribedock.jobs.job import Job
from scribedock.jobs.states import JobEvent
from scribedock.reports.progress import JobChange, JobProgress
from tests.support.core import Core

NOW = utc_now()


def change(number: int, account_id: str = "ann", job_id: str = "job") -> JobChange:
    return JobChange(
        id=number,
        job_id=job_id,
        account_id=account_id,
        event="started",
        status="Pending",
        at=NOW,
        progress=0,
    )


def watcher(account_id: str = "ann", job_id: str | None = None, *, branch: str = "branch") -> ProgressWatcher:
    return ProgressWatcher(
        owner_id=account_id, branch_id=branch, visible_accounts=frozenset({account_id}), job_id=job_id
    )


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
    monkeypatch.setattr(progress_hub, "MAX_OF_OWNER", 2)
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


def followed(hub: ProgressHub, watching: ProgressWatcher, allowed: list[bool], count: int) -> list[object]:
    """Return what a stream tells until it ends, at most so much."""

    async def follow() -> list[object]:
        told: list[object] = []
        async with hub.stream(watching, lambda: allowed.pop(0)) as changes:
            async for each in changes:
                told.append(each)
                if len(told) == count:
                    break
        return told

    return asyncio.run(follow())


def test_a_silent_stream_shows_that_it_lives_and_ends_when_it_is_no_longer_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress_hub, "HEARTBEAT_S", 0.001)
    told = followed(ProgressHub(), watcher(), [True, True, False], 10)
    assert told[:2] == [Sign.ALIVE] * 2
    assert told[-1] is Sign.ENDED and len(told) < 10


def test_a_stream_tells_what_was_missed_after_what_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_hub, "MAX_WAITING", 2)
    slow = watcher()
    changes = [change(number) for number in range(4)]
    for each in changes:
        slow.offer(each)
    assert followed(ProgressHub(), slow, [], 3) == [*changes[:2], Sign.MISSED]


def test_the_stream_of_a_job_ends_when_it_is_deleted() -> None:
    one, everything = watcher(job_id="job"), watcher()
    deletion = replace(change(2), event="deleted")
    for each in (one, everything):
        each.offer(change(1))
        each.offer(deletion)
        each.offer(change(3))
    assert followed(ProgressHub(), one, [], 9) == [change(1), deletion]
    assert len(followed(ProgressHub(), everything, [], 3)) == 3


def test_a_branch_that_takes_all_places_gives_one_to_another(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_hub, "MAX_WATCHERS", 4)
    feed, hub = core.services.progress, ProgressHub()

    async def watch() -> None:
        greedy = [watcher(f"child {number}", branch="greedy") for number in range(4)]
        for each in greedy:
            hub.watch(feed, each)
        with pytest.raises(SystemFault):
            hub.watch(feed, watcher("one more child", branch="greedy"))
        others = [watcher(name, branch="other") for name in ("ann", "ben")]
        for each in others:
            hub.watch(feed, each)
        assert [taken(each) for each in greedy] == [[], [], [None], [None]], "the newest streams have ended"
        assert [taken(each) for each in others] == [[], []]
        with pytest.raises(SystemFault):  # both have the same now
            hub.watch(feed, watcher("cyd", branch="other"))
        hub.close()

    asyncio.run(watch())
