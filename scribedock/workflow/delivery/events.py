"""Events: a POST of JSON to an endpoint, tried again over days, until the endpoint is paused.

Source: Standard Webhooks 1.0.0. Success is any status from 200 to 299; redirects are not followed. A crash
between the receiver's answer and our note of it may repeat an event; its Webhook-Id is the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog

from scribedock import metrics
from scribedock.clock import Clock
from scribedock.dispatch.tries import DeliveryTry
from scribedock.errors import InvalidUrl, ItemNotFound
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.media.fetching.fetch import FetchFailed, GuardedClient
from scribedock.reports.audit import DONE, Audit
from scribedock.sandbox.faults import RETRIES_S, SimulatedFault, simulated_faults
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
ASKED_FOR = "the job's name asks for that"


@dataclass(frozen=True, kw_only=True)
class EventAnswer:
    """What came of a try."""

    status: int | None = None  # of HTTP, if the endpoint answered
    problem: str = ""  # what is wrong with it
    is_simulated: bool = False  # the endpoint is not to blame for it


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
        job = self._sandbox_job(event)
        answer = self._post(event, endpoint) if job is None else self._simulated(job, number, event, endpoint)
        status, problem = answer.status, answer.problem
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
        self._record(
            event,
            endpoint,
            made,
            retries_s=self._retries_s if job is None else RETRIES_S,
            is_simulated=answer.is_simulated,
        )

    def _record(
        self,
        event: Event,
        endpoint: Endpoint,
        made: DeliveryTry,
        *,
        retries_s: tuple[float, ...],
        is_simulated: bool,
    ) -> None:
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
            blames_endpoint=not is_simulated,
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

    def _sandbox_job(self, event: Event) -> Job | None:
        """Return the job that the event is about, if it is a sandbox's."""
        if event.job_id is None:
            return None
        try:
            job = self._jobs.find_job(event.job_id)
        except ItemNotFound:  # deleted meanwhile, and its events with it
            return None
        return job if job.sandbox else None

    def _simulated(self, job: Job, number: int, event: Event, endpoint: Endpoint) -> EventAnswer:
        """Return the answer to try `number`, from 1, that the job's name asks for."""
        faults = simulated_faults(job.name)
        if SimulatedFault.WEBHOOK_LOST in faults:
            return EventAnswer(problem=f"not posted: {ASKED_FOR} (webhook-lost)", is_simulated=True)
        if SimulatedFault.WEBHOOK_TWICE in faults:
            self._post(event, endpoint)
        answer = self._post(event, endpoint)
        if SimulatedFault.WEBHOOK_500 in faults and number == 1:
            problem = f"counts as answered with 500: {ASKED_FOR} (webhook-500)"
            return EventAnswer(status=500, problem=problem, is_simulated=True)
        return answer

    def _post(self, event: Event, endpoint: Endpoint) -> EventAnswer:
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
            return EventAnswer(problem=str(error))
        return EventAnswer(
            status=status, problem="" if 200 <= status <= 299 else f"answered {status}, not 2xx"
        )
