"""Who listens for changes of jobs in this process, and what each of them is told.

One task asks the database for all listeners, and only while there are some. A listener that falls behind is
told that it has missed something, instead of everything that it missed.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool

from scribedock.jobs.changes import JobChange, JobChanges

log = structlog.get_logger("scribedock.web")

POLL_S = 1.0
HEARTBEAT_S = 15.0  # shorter than proxies wait for a silent server
MAX_WAITING = 200  # changes that a listener has not taken
MAX_STREAMS = 12  # of one person: each tab that is looked at has one
MISSED = b"event: missed\ndata: {}\n\n"
ENDED = b"event: ended\ndata: {}\n\n"
HEARTBEAT = b": \n\n"


@dataclass(eq=False, kw_only=True)
class Listener:
    person_id: str
    account_ids: Collection[str]  # whose jobs the person sees
    waiting: asyncio.Queue[JobChange | None] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    has_missed: bool = False

    def tell(self, change: JobChange) -> None:
        if change.account_id not in self.account_ids:
            return
        try:
            self.waiting.put_nowait(change)
        except asyncio.QueueFull:
            self.has_missed = True


class EventStreams:
    """The streams of one process. For its event loop alone."""

    def __init__(self, changes: JobChanges, stopping: threading.Event) -> None:
        self._changes = changes
        self._stopping = stopping
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    def has_room(self, person_id: str) -> bool:
        """Return whether the person may open another stream."""
        return sum(each.person_id == person_id for each in self._listeners) < MAX_STREAMS

    async def follow(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield the lines of a stream: changes, and signs of life for whoever checks whether it may go on."""
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll())
        try:
            while not self._stopping.is_set():
                try:
                    change = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield HEARTBEAT
                    continue
                if change is None:
                    return
                yield _line(change)
                if listener.has_missed and listener.waiting.empty():
                    listener.has_missed = False
                    yield MISSED
        finally:
            self._listeners.discard(listener)

    async def _poll(self) -> None:
        while self._listeners and not self._stopping.is_set():
            try:
                for change in await run_in_threadpool(self._changes.read):
                    for listener in self._listeners:
                        listener.tell(change)
            except Exception:  # the database is away: it is asked again
                log.warning("changes of jobs cannot be read", exc_info=True)
            await asyncio.sleep(POLL_S)
        for listener in self._listeners:
            with suppress(asyncio.QueueFull):
                listener.waiting.put_nowait(None)


def _line(change: JobChange) -> bytes:
    data = {
        "job_id": change.job_id,
        "status": "" if change.status is None else change.status.value,
        "progress": round(change.progress, 4),
    }
    return f"event: job\ndata: {json.dumps(data)}\n\n".encode()
