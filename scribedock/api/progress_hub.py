"""Who watches the progress of jobs: one look at the database serves all of a process, and no thread waits."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

import structlog
from starlette.concurrency import run_in_threadpool

from scribedock.errors import InvalidQuery, SystemFault
from scribedock.reports.progress import Change, JobChange, ProgressFeed, ProgressReader

log = structlog.get_logger("scribedock.api")

POLL_S = 1.0
HEARTBEAT_S = 15.0  # proxies close a connection that is silent for longer, often after a minute
BEGIN_S = 30.0  # within which the first event is sent, unless the client is gone
MAX_OF_OWNER = 20
MAX_WATCHERS = 1000
MAX_WAITING = 1000  # changes that a slow client has not read


class Sign(Enum):
    """What a stream tells beside changes."""

    ALIVE = "nothing has happened for a while"
    MISSED = "the client was too slow for some changes"
    ENDED = "the session has ended"


@dataclass(kw_only=True, eq=False)
class ProgressWatcher:
    """Somebody who watches: takes changes from the queue, None of which means that the server ends."""

    owner_id: str  # of the account or the person: each may watch so many times
    branch_id: str  # branches share the places of a process
    visible_accounts: frozenset[str]
    job_id: str | None = None  # None: all of these accounts
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
        self._of_owner: Counter[str] = Counter()
        self._polling: asyncio.Task[None] | None = None
        self._closed = False

    def watch(self, feed: ProgressFeed, watcher: ProgressWatcher) -> None:
        """Let the watcher have all changes from now on.

        Where all places are taken, a watcher of the branch that has the most makes room for another branch
        that has at least two fewer. Raises InvalidQuery (429), SystemFault (503).
        """
        if self._of_owner[watcher.owner_id] >= MAX_OF_OWNER:
            raise InvalidQuery(
                f"{MAX_OF_OWNER} event streams are open already; close one of them", status=429
            )
        if self._closed or (len(self._watchers) >= MAX_WATCHERS and not self._make_room(watcher.branch_id)):
            raise SystemFault(
                "Too many watch the progress of jobs at this moment; try again later", status=503
            )
        self._watchers.add(watcher)
        self._of_owner[watcher.owner_id] += 1
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll(ProgressReader(feed)))

    def _make_room(self, branch_id: str) -> bool:
        """End a stream of the branch that has the most, unless that is this one; return whether one was."""
        taken = Counter(each.branch_id for each in self._watchers)
        largest, count = taken.most_common(1)[0]
        if count < taken[branch_id] + 2:
            return False
        ended = max(
            (each for each in self._watchers if each.branch_id == largest), key=lambda each: each.since
        )
        ended.queue.put_nowait(None)
        self.leave(ended)
        return True

    def leave(self, watcher: ProgressWatcher) -> None:
        if watcher in self._watchers:
            self._watchers.discard(watcher)
            self._of_owner[watcher.owner_id] -= 1
            if not self._of_owner[watcher.owner_id]:
                del self._of_owner[watcher.owner_id]

    @asynccontextmanager
    async def stream(
        self, watcher: ProgressWatcher, is_allowed: Callable[[], bool], *, seconds: float = math.inf
    ) -> AsyncIterator[AsyncIterator[Change | Sign]]:
        """Yield what the watcher is told, until the seconds are over, the server ends, or it is not allowed.

        `is_allowed` runs in a thread at every heartbeat; it may change what the watcher sees.
        """
        watcher.begun = True
        try:
            async with aclosing(_follow(watcher, is_allowed, time.monotonic() + seconds)) as told:
                yield told
        finally:
            self.leave(watcher)

    def close(self) -> None:
        """End all streams: the server is being stopped."""
        self._closed = True
        for watcher in self._watchers:
            watcher.queue.put_nowait(None)

    async def _poll(self, reader: ProgressReader) -> None:
        """Look at the database until nobody watches."""
        try:
            while self._watchers and not self._closed:
                try:
                    self._tell(await run_in_threadpool(reader.read))
                except Exception:
                    log.exception("progress is not known; it is looked for again")
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


async def _follow(
    watcher: ProgressWatcher, is_allowed: Callable[[], bool], until: float
) -> AsyncGenerator[Change | Sign, None]:
    checked = time.monotonic()
    while (left := until - time.monotonic()) > 0:
        is_silent = False
        try:
            change = await asyncio.wait_for(watcher.queue.get(), min(HEARTBEAT_S, left))
        except TimeoutError:
            is_silent = True
            yield Sign.ALIVE
        else:
            if change is None:
                return
            yield change
            if watcher.job_id is not None and isinstance(change, JobChange) and change.is_deletion:
                return
        if watcher.missed and watcher.queue.empty():
            watcher.missed = False
            yield Sign.MISSED
        if is_silent or time.monotonic() - checked >= HEARTBEAT_S:
            checked = time.monotonic()
            if not await run_in_threadpool(is_allowed):
                yield Sign.ENDED
                return
