"""Both kinds of calls to customers behind one face, with an end that repeats none."""

from __future__ import annotations

import threading
from collections.abc import Callable

from scribedock.dispatch.queues import EVENT_PREFIX, Queue
from scribedock.monitoring.spans import SpanKind, span
from scribedock.workflow.delivery.callbacks import CallbackDelivery
from scribedock.workflow.delivery.events import EventDelivery


class Deliveries:
    """Makes the tries of callbacks and events, each when its row of work is due."""

    def __init__(
        self,
        callbacks: CallbackDelivery,
        events: EventDelivery,
        *,
        trace_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """Set up. trace_of: returns the `traceparent` that a piece of work continues."""
        self._callbacks = callbacks
        self._events = events
        self._trace_of = trace_of
        self._under_way = 0
        self._draining = False
        self._changed = threading.Condition()

    def attempt(self, work_id: str) -> None:
        """Make the next try; record when to make another one, or that there is none."""
        with self._changed:
            while self._draining:
                self._changed.wait()
            self._under_way += 1
        try:
            with span(Queue.CALLBACKS.value, SpanKind.CONSUMER, parent=self._trace_of(work_id)):
                if work_id.startswith(EVENT_PREFIX):
                    self._events.attempt(work_id.removeprefix(EVENT_PREFIX))
                else:
                    self._callbacks.attempt(work_id)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def drain(self, timeout_s: float) -> None:
        """Begin no more calls and wait for current ones, so that a clean stop repeats none."""
        with self._changed:
            self._draining = True
            self._changed.wait_for(lambda: self._under_way == 0, timeout_s)
