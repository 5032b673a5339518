"""Who watches the progress of jobs: one look at the database serves all of a process, and no thread waits."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool

from scribedock.errors import InvalidQuery, SystemFault
from scribedock.reports.progress import JobChange, JobProgress, ProgressFeed

log = structlog.get_logger("scribedock.api")

POLL_S = 1.0
LATE_S = 5.0  # on PostgreSQL a change may become visible this much later than one with a higher id
BEGIN_S = 30.0  # within which the first event is sent, unless the client is gone
MAX_OF_ACCOUNT = 20
MAX_WATCHERS = 1000
MAX_WAITING = 1000  # changes that a slow client has not read

Change = JobChange | JobProgress


@dataclass(kw_only=True, eq=False)
class ProgressWatcher:
    """Somebody who watches: takes changes from the queue, None of which means that the server ends."""

    account_id: str
    visible_accounts: frozenset[str]
    job_id: str | None
    queue: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING + 1))
    missed: bool = False  # changes that the client was too slow for
    since: float = field(default_factory=time.monotonic)
    begun: bool = False  # the stream is being sent

    def offer(self, change: Change) -> None:
        """Add the change if it is for this watcher."""
        if change.account_id not in self.visible_accounts or self.job_id not in (None, change.job_id):
            return
        if self.queue.qsize() >= MAX_WAITING:
            self.missed = True
        else:
            self.queue.put_nowait(change)


class ProgressHub:
    """The watchers of a process. For the event loop alone."""

    def __init__(self) -> None:
        self._watchers: set[ProgressWatcher] = set()
        self._of_account: Counter[str] = Counter()
        self._polling: asyncio.Task[None] | None = None
        self._closed = False

    def watch(self, feed: ProgressFeed, watcher: ProgressWatcher) -> None:
        """Let the watcher have all changes from now on. Raises InvalidQuery (429), SystemFault (503)."""
        if self._closed or len(self._watchers) >= MAX_WATCHERS:
            raise SystemFault(
                "Too many watch the progress of jobs at this moment; try again later", status=503
            )
        if self._of_account[watcher.account_id] >= MAX_OF_ACCOUNT:
            raise InvalidQuery(
                f"The account has {MAX_OF_ACCOUNT} event streams open; close one of them", status=429
            )
        self._watchers.add(watcher)
        self._of_account[watcher.account_id] += 1
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll(feed))

    def leave(self, watcher: ProgressWatcher) -> None:
        if watcher in self._watchers:
            self._watchers.discard(watcher)
            self._of_account[watcher.account_id] -= 1
            if not self._of_account[watcher.account_id]:
                del self._of_account[watcher.account_id]

    def close(self) -> None:
        """End all streams: the server is being stopped."""
        self._closed = True
        for watcher in self._watchers:
            watcher.queue.put_nowait(None)

    async def _poll(self, feed: ProgressFeed) -> None:
        """Look at the database until nobody watches."""
        changes = RecentChanges(late_s=0 if feed.keeps_order else LATE_S)
        told: dict[str, float] = {}
        try:
            while self._watchers and not self._closed:
                try:
                    if not changes.began:
                        changes.begin(await run_in_threadpool(feed.newest))
                    found = changes.new(await run_in_threadpool(feed.changes_since, changes.low))
                    running = await run_in_threadpool(feed.running)
                except Exception:
                    log.exception("progress is not known; it is looked for again")
                else:
                    moved = [each for each in running if told.get(each.job_id) != each.progress]
                    told = {each.job_id: each.progress for each in running}
                    self._tell([*found, *moved])
                self._drop_gone()
                await asyncio.sleep(POLL_S)
        finally:
            self._polling = None

    def _drop_gone(self) -> None:
        """Drop watchers whose stream never began, because the client was gone by then."""
        late = time.monotonic() - BEGIN_S
        for watcher in [each for each in self._watchers if not each.begun and each.since < late]:
            self.leave(watcher)

    def _tell(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for watcher in self._watchers:
                watcher.offer(change)


class RecentChanges:
    """Which changes are new, where one may become visible after another with a higher id."""

    def __init__(self, *, late_s: float) -> None:
        self.low = 0  # all changes up to this one were seen, or are too old
        self.began = False
        self._late_s = late_s
        self._seen: dict[int, float] = {}  # when each change after `low` was seen first

    def begin(self, newest: int) -> None:
        """Begin after the newest change; one with a lower id that becomes visible later may be lost."""
        self.low, self.began = newest, True

    def new(self, found: Iterable[JobChange]) -> list[JobChange]:
        """Return what was not seen before, of all changes after `low`."""
        now = time.monotonic()
        fresh = [change for change in found if change.id not in self._seen]
        self._seen |= {change.id: now for change in fresh}
        old = [each for each, at in self._seen.items() if now - at >= self._late_s]
        if old:
            self.low = max(self.low, *old)
            self._seen = {each: at for each, at in self._seen.items() if each > self.low}
        return fresh
