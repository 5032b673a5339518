"""Durable workflows, on DBOS Transact: only this module and `engine_client` know it.

A workflow is a function with an id.  Each of its steps is saved before the next
begins, so a workflow whose process died goes on after its last finished step.
What it does not do: notice that a process died (see `lease`).
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import structlog
from dbos import (
    DBOS,
    DBOSConfig,
    SetWorkflowID,
    StepOptions,
    StepReservation,
)

from scribedock.dispatch.queues import Queue
from scribedock.dispatch.seats import working_for
from scribedock.dispatch.work import WorkOrigin
from scribedock.errors import ItemNotFound
from scribedock.monitoring.spans import SpanKind, span
from scribedock.settings import Settings
from scribedock.tracing import caused_by
from scribedock.workflow.engine_client import (
    APPLICATION,
    WORKFLOW_FORMAT,
    EngineClient,
    RunningWorkflow,
    quiet,
    system_url,
)
from scribedock.workflow.engine_sqlite import connections
from scribedock.workflow.outages import OutageTooLong, outlast
from scribedock.workflow.saved_steps import saved_by, step

log = structlog.get_logger("scribedock.worker")

# What fails for a reason of this machine (a full disk, a database that restarts) is tried again: 80 s in all.
STEP_TRIES = 5
FIRST_WAIT_S = 2.0
WAIT_FACTOR = 3.0

WORKER_CONNECTIONS = 10  # steps are saved within milliseconds
# How often the engine looks for messages, of which there are none, as a multiple of the polling that is set.
MESSAGE_POLL_FACTOR = 4


class DoNotRetry(Exception):
    """An error of a step that must not be tried again."""


class Workflow(Protocol):
    """What a queue runs. Its id is that of the task or callback that it works for."""

    def run(self, workflow_id: str) -> None: ...

    def on_failure(self, workflow_id: str) -> None:
        """End the task or callback after the workflow has failed for good."""
        ...


class EngineWorker:
    """Runs workflows in this process; there is one in a process.

    The engine itself is started with the first of them: it asks its database several times a second whether
    there is something to do, and most workers have nothing to do most of the time.
    """

    def __init__(
        self,
        settings: Settings,
        executor_id: str,
        *,
        client: EngineClient,
        concurrency: Mapping[Queue, int],
        origin_of: Callable[[str], WorkOrigin],
        ended: Callable[[str], None],
    ) -> None:
        """Set up the engine.

        concurrency: how many resumed workflows of each queue each worker takes up at once. origin_of: returns
        for whom a workflow works, and which request caused it. ended: is called with the id of each workflow
        that this process has ended.
        """
        quiet()
        self._settings = settings
        self._executor_id = executor_id
        self._client = client
        self._concurrency = concurrency
        self._origin_of = origin_of
        self._ended = ended
        self._workflows: dict[Queue, Workflow] = {}
        self._functions: dict[Queue, Callable[[str], None]] = {}
        self._lock = threading.Lock()
        self._started = False
        self._under_way = 0
        self._last_ended = time.monotonic()

    @property
    def is_started(self) -> bool:
        return self._started

    @property
    def idle_s(self) -> float:
        """Return for how long the engine has been running for nothing."""
        with self._lock:
            if not self._started or self._under_way:
                return 0.0
            return time.monotonic() - self._last_ended

    def register(self, queue: Queue, workflow: Workflow) -> None:
        """Make `workflow` do the work of `queue`. Must be called before anything is started."""

        def run(workflow_id: str) -> None:
            origin = self._origin_of(workflow_id)
            with (
                self._counted(),
                working_for(origin.branch_id),
                caused_by(origin.request_id),
                span(queue.value, SpanKind.CONSUMER, parent=origin.traceparent) as shown,
                saved_by(EngineSteps()),
            ):
                shown.note(scribedock__workflow_id=workflow_id)
                if not run_to_its_end(queue, workflow, workflow_id):
                    shown.fail()
            self._ended(workflow_id)

        self._workflows[queue] = workflow
        self._functions[queue] = DBOS.workflow(name=queue.value)(run)

    def start(self, queue: Queue, workflow_id: str) -> None:
        """Begin the workflow in this process, unless there is already one with this id."""
        self._start_engine()
        with SetWorkflowID(workflow_id):
            DBOS.start_workflow(self._functions[queue], workflow_id)

    def help_resume(self) -> None:
        """Take part in what waits to be resumed, if anything does."""
        if not self._started and self._client.queue_names():
            self._start_engine()

    def running(self) -> list[RunningWorkflow]:
        """Return what executors (this one, others, dead ones) have taken up."""
        return self._client.running()

    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that wait to be resumed."""
        return self._client.enqueued(workflow_ids)

    def finished_steps(self, workflow_id: str) -> int:
        return self._client.finished_steps(workflow_id)

    def resume(self, running: RunningWorkflow) -> None:
        """Let another executor continue a workflow whose executor is dead.

        Its queue exists from now until `close_queues`: every worker polls each queue that exists.
        """
        self._client.resume(running, concurrency=self._concurrency[running.queue])
        self._start_engine()

    def close_queues(self) -> None:
        """Remove the queues in which nothing waits to be resumed. Not while another process resumes."""
        self._client.close_queues()

    def fail_workflow(self, running: RunningWorkflow) -> None:
        """End a workflow for good whose executor is dead."""
        self._workflows[running.queue].on_failure(running.id)
        self._client.cancel(running.id)
        self._ended(running.id)

    def _start_engine(self) -> None:
        with self._lock:
            if self._started:
                return
            url = system_url(self._settings)
            config: DBOSConfig = {
                "name": APPLICATION,
                "system_database_url": url,
                "system_database_engine": connections(url, size=WORKER_CONNECTIONS),
                "db_engine_kwargs": {"hide_parameters": True},
                "executor_id": self._executor_id,
                "application_version": str(WORKFLOW_FORMAT),
                "log_level": "ERROR",
                "run_migrations": False,
                "notification_listener_polling_interval_sec": MESSAGE_POLL_FACTOR
                * self._settings.workflow_poll_s,
            }
            DBOS(config=config)
            DBOS.launch()
            self._started = True
            self._last_ended = time.monotonic()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._last_ended = time.monotonic()


def run_to_its_end(queue: Queue, workflow: Workflow, workflow_id: str) -> bool:
    """Run a workflow; where it fails, have it end what it was for. Return whether it succeeded."""
    try:
        workflow.run(workflow_id)
    except ItemNotFound:
        log.info("workflow abandoned: its job was deleted", workflow=workflow_id, queue=queue.value)
    except Exception:
        log.exception("workflow failed", workflow=workflow_id, queue=queue.value)
    else:
        return True
    step("give up", workflow.on_failure, workflow_id)
    return False


class EngineSteps:
    """Steps that the engine saves."""

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return DBOS.run_step(_step_options(name), partial(outlast, name, function), *arguments)

    def run_parallel(
        self, name: str, function: Callable[[Any], Any], items: Sequence[Any], *, threads: int
    ) -> list[Any]:
        lasting = partial(outlast, name, function)
        reserved = [(DBOS.reserve_step(), contextvars.copy_context(), item) for item in items]

        def run(reservation: StepReservation, context: contextvars.Context, item: Any) -> Any:
            return context.run(lambda: reservation.run(_step_options(name), lasting, item))

        with ThreadPoolExecutor(max(1, threads), thread_name_prefix=name) as pool:
            futures = [pool.submit(run, *each) for each in reserved]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def sleep(self, seconds: float) -> None:
        DBOS.sleep(seconds)


def _step_options(name: str) -> StepOptions:
    return {
        "name": name,
        "retries_allowed": True,
        "max_attempts": STEP_TRIES,
        "interval_seconds": FIRST_WAIT_S,
        "backoff_rate": WAIT_FACTOR,
        "should_retry": _should_retry,
    }


def _should_retry(error: BaseException) -> bool:
    # A job that was deleted does not come back; an outage was waited for already.
    if isinstance(error, DoNotRetry | ItemNotFound | OutageTooLong):
        return False
    log.warning("step failed; it is tried again", exc_info=error)
    return True
