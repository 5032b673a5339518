"""Callbacks: a GET of the customer's URL, tried again over half an hour.

Source: the API's `perform_transcription`.  Success is status 200; redirects are
not followed.  A crash between the receiver's answer and our note of it may repeat
one call; its Webhook-Id is the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from scribedock import metrics
from scribedock.clock import Clock, format_time
from scribedock.dispatch.tries import DeliveryTry
from scribedock.errors import InvalidUrl, ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job, TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.media.fetching.fetch import FetchFailed, GuardedClient
from scribedock.orders.callback_url import expand
from scribedock.orders.callbacks import Callback, Callbacks
from scribedock.orders.webhook_secrets import WebhookSecrets
from scribedock.sandbox.faults import RETRIES_S, SimulatedFault, SimulatedFaults, simulated_faults
from scribedock.webhooks.signing import signed_headers

log = structlog.get_logger("scribedock.worker")

Answer = tuple[int | None, str]  # the HTTP status, if there is one, and what is wrong with it


class CallbackDelivery:
    """Makes the tries of callbacks, each when its row is due."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        elementlists: ElementLists,
        callbacks: Callbacks,
        secrets: WebhookSecrets,
        fetcher: GuardedClient,
        retries_s: tuple[float, ...],
        timeout_s: float,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._elementlists = elementlists
        self._callbacks = callbacks
        self._secrets = secrets
        self._fetcher = fetcher
        self._retries_s = retries_s
        self._timeout_s = timeout_s
        self._clock = clock

    def attempt(self, callback_id: str) -> None:
        """Make the next try; record when to make another one, or that there is none."""
        callback = self._callbacks.find_callback(callback_id)
        if callback is None:
            self._callbacks.close(callback_id, TaskStatus.ABORTED)
            return
        try:
            job = self._jobs.find_job(callback.job_id)
        except ItemNotFound:
            self._callbacks.close(callback_id, TaskStatus.ABORTED)
            return
        number = 1 + max((each.number for each in self._callbacks.tries(callback_id)), default=0)
        at, began = self._clock.now(), time.monotonic()
        url = expand(callback.url, tag_values(job, callback, self._elementlists))
        if job.sandbox:
            status, problem = simulated_answer(
                simulated_faults(job.name), number, lambda: self._get(url, callback_id, job.account_id)
            )
        else:
            status, problem = self._get(url, callback_id, job.account_id)
        made = DeliveryTry(
            number=number,
            at=at,
            http_status=status,
            problem=problem,
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        log.info("callback", job=job.id, attempt=number, status=status, problem=problem)
        outcome = "unreachable" if status is None else "delivered" if status == 200 else "refused"
        metrics.CALLBACK_TRIES.labels(outcome).inc()
        retries_s = RETRIES_S if job.sandbox else self._retries_s
        if status == 200:
            self._callbacks.record(callback_id, made, end=TaskStatus.COMPLETE)
        elif number > len(retries_s):
            self._callbacks.record(callback_id, made, end=TaskStatus.FAILED)
            metrics.CALLBACKS_FAILED.inc()
        else:
            again = self._clock.now() + timedelta(seconds=retries_s[number - 1])
            self._callbacks.record(callback_id, made, again=again)

    def _get(self, url: str, callback_id: str, owner_id: str) -> Answer:
        try:
            secrets = self._secrets.signing(owner_id)
            headers = signed_headers(secrets, callback_id, self._clock.now(), self._fetcher.target(url))
            status = self._fetcher.get(url, headers=headers, timeout_s=self._timeout_s)
        except (FetchFailed, InvalidUrl) as error:
            return None, str(error)
        return status, "" if status == 200 else f"answered {status}, not 200"


def simulated_answer(wishes: SimulatedFaults, number: int, get: Callable[[], Answer]) -> Answer:
    """Return the answer to try `number`, from 1, of a sandbox job: the one that the job's name asks for."""
    if SimulatedFault.CALLBACK_LOST in wishes:
        return None, "not called: the job's name asks for that (callback-lost)"
    status, problem = get()
    if SimulatedFault.CALLBACK_500 in wishes and number == 1:
        return 500, "counts as answered with 500: the job's name asks for that (callback-500)"
    return status, problem


def tag_values(job: Job, callback: Callback, elementlists: ElementLists) -> Mapping[str, str]:
    """Return the value of each tag of the URL: our own tags, and the job's custom metadata."""
    version = ""
    if callback.iwp_name:
        version = format_time(elementlists.choose(job, iwp_name=Iwp(callback.iwp_name)).created)
    metadata = job.options.custom_metadata or {}
    unrecognized = "" if job.unrecognized_ms is None else f"{job.unrecognized_ms / 1000:g}"
    return {
        "unrecognized_seconds": unrecognized,  # a newer name than those that metadata may have, which win
        **{str(key): str(value) for key, value in metadata.items()},
        "job_id": job.id,
        "job_name": job.name,
        "job_status": job.status.value,
        "elementlist_version": version,
        "iwp_name": callback.iwp_name,
    }
