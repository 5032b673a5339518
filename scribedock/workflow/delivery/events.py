"""Events: a POST of JSON to an endpoint, tried again over days, until the endpoint is paused.

Source: Standard Webhooks 1.0.0. Success is any status from 200 to 299; redirects are not followed. A crash
between the receiver's answer and our note of it may repeat an event; its Webhook-Id is the same.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog

from scribedock import metrics
from scribedock.clock import Clock
from scribedock.dispatch.tries import DeliveryTry
from scribedock.errors import InvalidUrl, ItemNotFound
from scribedock.jobs.jobs import Jobs
from scribedock.media.fetching.fetch import FetchFailed, GuardedClient
from scribedock.reports.audit import DONE, Audit
from scribedock.sandbox.faults import RETRIES_S
from scribedock.webhooks.endpoints import Endpoint
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import Event, Events, EventState
from scribedock.webhooks.signing import signed_headers
from scribedock.workflow.delivery.pause_notice import PauseNotice

log = structlog.get_logger("scribedock.worker")

GONE = 410
PAUSING = "webhooks pause"  # the command that does the same, as the audit log has it
WORKER = "worker"  # in the audit log instead of an address
MAX_REASON = 200  # characters


class EventDelivery:
    def __init__(
        self,
        *,
        jobs: Jobs,
        events: Events,
        audit: Audit,
        fetcher: GuardedClient,
        retries_s: tuple[float, ...],
        timeout_s: float,
        pause_after: timedelta,
        notice: PauseNotice,
        clock: Clock,
    ) -> None:
        """pause_after: how long an endpoint may fail until it is paused."""
        self._jobs = jobs
        self._events = events
        self._audit = audit
        self._fetcher = fetcher
        self._retries_s = retries_s
        self._timeout_s = timeout_s
        self._pause_after = pause_after
        self._notice = notice
        self._clock = clock

    def attempt(self, event_id: str) -> None:
        """Make the next try of an event."""
        found = self._events.find_owed(event_id)
        if found is None:
            self._events.forget_work(event_id)
            return
        event, endpoint = found
        number, at, began = event.tries + 1, self._clock.now(), time.monotonic()
        status, problem = self._post(event, endpoint)
        made = DeliveryTry(
            number=number,
            at=at,
            http_status=status,
            problem=problem,
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        log.info("webhook", id=event.id, type=event.type, attempt=number, status=status, problem=problem)
        metrics.WEBHOOK_TRIES.labels(
            "unreachable" if status is None else "refused" if problem else "delivered"
        ).inc()
        self._record(event, endpoint, made)

    def _record(self, event: Event, endpoint: Endpoint, made: DeliveryTry) -> None:
        retries_s = self._retries(event)
        end, again = None, None
        if not made.problem:
            end = EventState.DELIVERED
        elif event.type is EventType.TEST or made.number > len(retries_s):
            end = EventState.FAILED
        else:
            again = self._clock.now() + timedelta(seconds=retries_s[made.number - 1])
        reason = self._events.record(
            event,
            made,
            end=end,
            again=again,
            pause_after=self._pause_after,
            gone=made.http_status == GONE,
        )
        if reason:
            log.warning("webhook endpoint paused", endpoint=endpoint.id, reason=reason)
            entry = self._audit.begin_entry(
                account_id=endpoint.account_id,
                address=WORKER,
                call=PAUSING,
                about=f"{endpoint.id}: {reason[:MAX_REASON]}",
            )
            self._audit.end_entry(entry, DONE)
            self._notice.send(endpoint, reason)

    def _retries(self, event: Event) -> tuple[float, ...]:
        """Return the waits before further tries; short ones for a sandbox's job."""
        if event.job_id is None:
            return self._retries_s
        try:
            return RETRIES_S if self._jobs.find_job(event.job_id).sandbox else self._retries_s
        except ItemNotFound:  # deleted meanwhile, and its events with it
            return self._retries_s

    def _post(self, event: Event, endpoint: Endpoint) -> tuple[int | None, str]:
        body = event.payload()
        headers = {
            "Content-Type": "application/json",
            **signed_headers(endpoint.secrets, event.id, self._clock.now(), body),
        }
        try:
            status = self._fetcher.post(
                endpoint.url, body.encode(), headers=headers, timeout_s=self._timeout_s
            )
        except (FetchFailed, InvalidUrl) as error:
            return None, str(error)
        return status, "" if 200 <= status <= 299 else f"answered {status}, not 2xx"
