"""Gives this worker's slots to waiting work, branch by branch in turn.

Everything except callbacks runs as a workflow of the engine, started in this process. A callback is called
from its row: between two tries it takes no slot, because it waits in that row like everything else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Protocol

import structlog

from scribedock.clock import Clock
from scribedock.dispatch.fairness import Caps
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import ClaimedWork, HeldWork, Work
from scribedock.tracing import caused_by

log = structlog.get_logger("scribedock.worker")

PAUSE_S = 30  # before a callback that failed because of this machine is tried again
QUIET_S, QUIET_FACTOR = 60, 4  # after so long without work, it is looked for that much more seldom
SETTLING_TIME = timedelta(seconds=15)
"""Work claimed longer ago than this is in the engine by now, or never will be."""


class WorkflowStarter(Protocol):
    """What the dispatcher needs of the engine."""

    def start(self, queue: Queue, workflow_id: str) -> None: ...


class Dispatcher:
    def __init__(
        self,
        *,
        work: Work,
        engine: WorkflowStarter,
        executor_id: str,
        slots: Mapping[Queue, int],
        caps: Mapping[Queue, Caps],
        call_back: Callable[[str], None],
        poll_s: float,
        clock: Clock,
    ) -> None:
        """Prepare for dispatching.

        slots: how much of each queue this worker runs at once. call_back: makes one try of a callback.
        poll_s: how often an idle worker looks for work that it was not told about, at first.
        """
        self._work = work
        self._engine = engine
        self._executor_id = executor_id
        self._slots = slots
        self._caps = caps
        self._call_back = call_back
        self._poll_s = poll_s
        self._clock = clock
        self._awake = threading.Event()
        self._callers = ThreadPoolExecutor(2 * slots[Queue.CALLBACKS], thread_name_prefix="callbacks")

    def start(self) -> None:
        threading.Thread(target=self._run, name="dispatcher", daemon=True).start()

    def wake(self) -> None:
        """Make the dispatcher look for work now: some has come, or a slot is free."""
        self._awake.set()

    def ended(self, work_id: str) -> None:
        """Free the slot of completed work."""
        try:
            self._work.done(work_id)
        except Exception:
            log.exception("the end of work could not be noted; it is looked at again", work=work_id)
        self.wake()

    def dispatch(self) -> int:
        """Take up work for the free slots; return how much."""
        if not self._work.waits():
            return 0
        claimed = self._work.claim(self._executor_id, self._slots, self._caps)
        for each in claimed:
            self._begin(each)
        return len(claimed)

    def tidy(
        self,
        living: Callable[[], Collection[str]],
        known: Callable[[Collection[str]], Collection[str]],
        under_way: Callable[[Collection[str]], Collection[str]],
    ) -> None:
        """Recover work of dead executors and work that never reached the engine.

        living: returns the ids of executors; it is asked after what they hold is read, so that an executor
        that appears in between is alive. known: returns those of the ids that have a workflow; under_way:
        those whose workflow has not ended.
        """
        before = self._clock.now() - SETTLING_TIME
        every = self._work.held()
        alive = living()

        def is_doubtful(held: HeldWork) -> bool:
            if held.executor_id not in alive:
                return True
            mine = held.executor_id == self._executor_id and held.queue is not Queue.CALLBACKS
            return mine and held.claimed < before

        held = [each for each in every if is_doubtful(each)]
        if not held:
            return
        ids = [each.id for each in held]
        running, has = frozenset(under_way(ids)), frozenset(known(ids))
        orphaned = [each.id for each in held if each.id in running and each.executor_id != self._executor_id]
        self._work.hand_on(orphaned, self._executor_id)
        self._work.hand_on([each.id for each in held if each.id not in has], None)
        self._work.forget([each.id for each in held if each.id in has and each.id not in running])
        self.wake()

    def _run(self) -> None:
        busy = self._clock.monotonic()
        while True:
            self._awake.clear()
            try:
                if self.dispatch():
                    busy = self._clock.monotonic()
            except Exception:
                log.exception("work could not be taken up; it is tried again")
            quiet = self._clock.monotonic() - busy > QUIET_S
            self._awake.wait(QUIET_FACTOR * self._poll_s if quiet else self._poll_s)

    def _begin(self, claimed: ClaimedWork) -> None:
        try:
            if claimed.queue is Queue.CALLBACKS:
                self._callers.submit(self._call, claimed.id)
            else:
                self._engine.start(claimed.queue, claimed.id)
        except Exception:
            log.exception("work could not be begun; it is tried again", work=claimed.id)
            self._work.hand_on([claimed.id], None)

    def _call(self, callback_id: str) -> None:
        try:
            with caused_by(self._work.origin_of(callback_id).request_id):
                self._call_back(callback_id)
        except Exception:
            log.exception("a callback could not be made; it is tried again", callback=callback_id)
            self._put_back(callback_id)
        self.wake()

    def _put_back(self, callback_id: str) -> None:
        """Put the callback back in the queue, however long the database is away."""
        while True:
            try:
                self._work.put_back(callback_id, ready=self._clock.now() + timedelta(seconds=PAUSE_S))
            except Exception:
                log.exception("a callback could not be put back; it is tried again", callback=callback_id)
                time.sleep(PAUSE_S)
            else:
                return
