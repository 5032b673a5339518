"""Durable workflows, on DBOS Transact: the only module that knows it.

A workflow is a function with an id.  Each of its steps is saved before the next
begins, so a workflow whose process died goes on after its last finished step.
The engine's tables are in a SQLite file of their own, or in the schema `dbos`
of the PostgreSQL database.

What it does not do: notice that a process died (see `lease`).
"""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, StepOptions, StepReservation, WorkflowStatus

from scribedock.clock import from_timestamp
from scribedock.settings import Settings
from scribedock.workflow.engine_sqlite import connections

# Raised whenever the steps of a workflow change: a saved one must not go on with steps that it does not know.
WORKFLOW_FORMAT = 2
APPLICATION = "scribedock"

FIRST = 1  # the most urgent priority number

Result = TypeVar("Result")

log = structlog.get_logger("scribedock.worker")

# What fails for a reason of this machine (a full disk, a database that restarts) is tried again: 80 s in all.
STEP_TRIES = 5
FIRST_WAIT_S = 2.0
WAIT_FACTOR = 3.0

MANY = 500  # workflows that are asked for at once
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
CLIENT_CONNECTIONS, WORKER_CONNECTIONS = 5, 20  # as the engine's own defaults
AWAITED = "DBOS.getResult"  # what releases called this step that waited for the engine's result
LOOK_EVERY_S = 1.0


class Final(Exception):
    """Raised by a step that must not be tried again."""


class Workflow(Protocol):
    """What a queue runs. The id is that of the task or callback that it is for."""

    def run(self, workflow_id: str) -> None: ...

    def give_up(self, workflow_id: str) -> None:
        """Ends what the workflow was for, after it has failed for good."""
        ...


class Queue(StrEnum):
    TRANSCRIPTION = "transcription"
    MEDIA = "media"
    TRANSCRIPTS = "transcripts"
    CALLBACKS = "callbacks"
    RENDITIONS = "renditions"
    DERIVATIONS = "derivations"
    MAIL = "mail"
    REALIGNMENTS = "realignments"
    SANDBOX = "sandbox"


UNHURRIED = {Queue.DERIVATIONS, Queue.MAIL}  # nobody sits and waits for these
UNHURRIED_BY = 4  # so many times less often an idle worker looks there


@dataclass(frozen=True, kw_only=True)
class Running:
    """A workflow that an executor has taken up and not finished."""

    id: str
    executor_id: str
    queue: Queue


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What the engine keeps of a workflow."""

    id: str
    ended: bool
    changed: datetime  # UTC


def system_url(settings: Settings) -> str:
    """Where the engine keeps its tables."""
    if settings.database_url is None:
        return f"sqlite:///{settings.data_dir.resolve() / 'workflows.sqlite'}"
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite:///"):
        return f"{url.removesuffix('.sqlite')}-workflows.sqlite"
    return url.replace("postgres://", "postgresql://", 1)


def migrate(settings: Settings) -> None:
    """Creates or updates the engine's tables."""
    _quiet()
    DBOS.migrate(system_url(settings))


class EngineClient:
    """Enqueues and cancels workflows from a process that runs none."""

    def __init__(self, settings: Settings) -> None:
        _quiet()
        self._engine = connections(system_url(settings), size=CLIENT_CONNECTIONS)
        self._client = DBOSClient(
            system_database_url=system_url(settings),
            system_database_engine=self._engine,
            application_name=APPLICATION,
        )

    def enqueue(self, queue: Queue, workflow_id: str, argument: str, *, priority: int = FIRST) -> None:
        """Runs the queue's workflow with this id, once, however often it is asked.

        Of those that wait in a queue the one with the lowest priority number is taken up first, among
        equals the one that came first.
        """
        self._client.enqueue(
            {
                "queue_name": queue.value,
                "workflow_name": queue.value,
                "workflow_id": workflow_id,
                "app_version": str(WORKFLOW_FORMAT),
                "priority": priority,
            },
            argument,
        )

    def cancel(self, workflow_id: str) -> None:
        """Stops the workflow before its next step."""
        self._client.cancel_workflow(workflow_id)

    def known(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that have a workflow."""
        return frozenset(each.id for each in self._found(workflow_ids))

    def begin_again(self) -> list[str]:
        """Begins those anew that wait in the format of an older release; returns their ids.

        No worker of this release would take them up. All steps can be repeated: nothing is done twice that
        must not be. What runs in a worker of the older release goes on there.
        """
        older = [str(number) for number in range(1, WORKFLOW_FORMAT)]
        begun = []
        for each in self._client.list_workflows(
            status="ENQUEUED", app_version=older, load_input=False, load_output=False
        ):
            if each.queue_name not in set(Queue):
                continue
            self._client.delete_workflow(each.workflow_id)
            queue = Queue(each.queue_name)
            self.enqueue(queue, each.workflow_id, each.workflow_id, priority=each.priority or FIRST)
            begun.append(each.workflow_id)
        return begun

    def under_way(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids whose workflow waits or runs."""
        return frozenset(each.id for each in self._found(workflow_ids) if not each.ended)

    def forget(self, workflow_ids: Sequence[str]) -> int:
        """Deletes all that is saved of these workflows, which must have ended; returns how many."""
        found = [each.id for each in self._found(workflow_ids) if each.ended]
        for start in range(0, len(found), MANY):
            self._client.delete_workflows(found[start : start + MANY])
        return len(found)

    def ended(self, *, begun_before: datetime, limit: int, offset: int) -> list[Saved]:
        """Workflows that were enqueued before this moment (UTC) and have ended, the oldest first."""
        return [
            _saved(status)
            for status in self._client.list_workflows(
                status=list(ENDED),
                end_time=begun_before.replace(tzinfo=UTC).isoformat(),
                limit=limit,
                offset=offset,
                load_input=False,
                load_output=False,
            )
        ]

    def _found(self, workflow_ids: Sequence[str]) -> Iterator[Saved]:
        for start in range(0, len(workflow_ids), MANY):
            part = list(workflow_ids[start : start + MANY])
            for status in self._client.list_workflows(workflow_ids=part, load_input=False, load_output=False):
                yield _saved(status)

    def check(self) -> None:
        """Raises where the engine's database does not answer."""
        self._client.check_connection()

    def close(self) -> None:
        self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()


class EngineWorker:
    """Runs workflows in this process. One in a process."""

    def __init__(self, settings: Settings, executor_id: str) -> None:
        _quiet()
        self._settings = settings
        self._workflows: dict[Queue, Workflow] = {}
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": system_url(settings),
            "system_database_engine": connections(system_url(settings), size=WORKER_CONNECTIONS),
            "db_engine_kwargs": {"hide_parameters": True},
            "executor_id": executor_id,
            "application_version": str(WORKFLOW_FORMAT),
            "log_level": "ERROR",
            "run_migrations": False,
            "notification_listener_polling_interval_sec": settings.workflow_poll_s,
        }
        DBOS(config=config)

    def register(self, queue: Queue, workflow: Workflow) -> None:
        """Makes `workflow` what runs for the entries of `queue`. Before `launch`."""

        def run(workflow_id: str) -> None:
            try:
                workflow.run(workflow_id)
            except Exception:
                log.exception("workflow failed", workflow=workflow_id, queue=queue.value)
                step("give up", workflow.give_up, workflow_id)

        self._workflows[queue] = workflow
        DBOS.workflow(name=queue.value)(run)

    def launch(self, concurrency: dict[Queue, int]) -> None:
        """Starts taking workflows from the queues, so many of each at once."""
        DBOS.launch()
        for queue, count in concurrency.items():
            poll_s = self._settings.workflow_poll_s * (UNHURRIED_BY if queue in UNHURRIED else 1)
            DBOS.register_queue(
                queue.value,
                worker_concurrency=count,
                polling_interval_sec=poll_s,
                on_conflict="always_update",
            )

    def running(self) -> list[Running]:
        """What executors (this one, others, dead ones) have taken up."""
        return [
            Running(
                id=status.workflow_id,
                executor_id=status.executor_id or "",
                queue=Queue(status.queue_name),
            )
            for status in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
            if status.queue_name in set(Queue)
        ]

    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that wait in a queue."""
        return frozenset(
            status.workflow_id
            for status in DBOS.list_workflows(
                workflow_ids=list(workflow_ids), status="ENQUEUED", load_input=False, load_output=False
            )
        )

    def finished_steps(self, workflow_id: str) -> int:
        return len(DBOS.list_workflow_steps(workflow_id))

    def resume(self, running: Running) -> None:
        """Lets another executor go on with it. Only for one whose executor is dead."""
        DBOS.resume_workflow(running.id, queue_name=running.queue.value)

    def give_up(self, running: Running) -> None:
        """Ends it for good. Only for one whose executor is dead."""
        self._workflows[running.queue].give_up(running.id)
        DBOS.cancel_workflow(running.id)


def step(name: str, function: Callable[..., Result], *arguments: Any) -> Result:
    """Runs a step of the current workflow; after a crash its saved result is returned instead."""
    return DBOS.run_step(_step_options(name), function, *arguments)


def parallel_steps(
    name: str, function: Callable[[Any], Result], items: Sequence[Any], *, threads: int
) -> list[Result]:
    """Runs one step for each item, so many at once; each is saved as it ends."""
    reserved = [(DBOS.reserve_step(), contextvars.copy_context(), item) for item in items]

    def run(reservation: StepReservation, context: contextvars.Context, item: Any) -> Result:
        return context.run(lambda: reservation.run(_step_options(name), function, item))

    with ThreadPoolExecutor(max(1, threads), thread_name_prefix=name) as pool:
        futures = [pool.submit(run, *each) for each in reserved]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


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
    if isinstance(error, Final):
        return False
    log.warning("step failed; it is tried again", exc_info=error)
    return True


def sleep(seconds: float) -> None:
    """Sleeps in a workflow; after a crash, only for the rest."""
    DBOS.sleep(seconds)


def wait_for(is_over: Callable[[str], bool], task_id: str) -> None:
    """Waits until a task is over, as our tables say: the engine forgets workflows that have ended."""

    def wait() -> None:
        while not is_over(task_id):
            time.sleep(LOOK_EVERY_S)

    DBOS.run_step(_step_options(AWAITED), wait)


def _saved(status: WorkflowStatus) -> Saved:
    changed_ms = status.updated_at or status.created_at or 0
    return Saved(
        id=status.workflow_id, ended=status.status in ENDED, changed=from_timestamp(changed_ms / 1000)
    )


def _quiet() -> None:
    """DBOS announces itself, its version and a product of its makers at every start.

    With a handler here it makes none of its own, which would go past our log and what that masks.
    """
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
