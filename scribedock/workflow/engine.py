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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    SetWorkflowID,
    StepOptions,
    StepReservation,
    WorkflowStatus,
)

from scribedock.clock import from_timestamp
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.seats import working_for
from scribedock.errors import ItemNotFound
from scribedock.settings import Settings
from scribedock.workflow.engine_sqlite import connections
from scribedock.workflow.saved_steps import saved_by, step

# Raised whenever the steps of a workflow change, or the module of a class that they save:
# a saved workflow must not continue with steps that it does not know.
WORKFLOW_FORMAT = 4
APPLICATION = "scribedock"

log = structlog.get_logger("scribedock.worker")

# What fails for a reason of this machine (a full disk, a database that restarts) is tried again: 80 s in all.
STEP_TRIES = 5
FIRST_WAIT_S = 2.0
WAIT_FACTOR = 3.0

BATCH_WORKFLOWS = 500  # workflows in one query
ENDED_STATUSES = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
CLIENT_CONNECTIONS, WORKER_CONNECTIONS = 5, 20  # as the engine's own defaults
RESUME_INTERVAL_S = 0.5  # how often a worker polls a queue of what dead ones left, while there is one
# How often the engine looks for messages, of which there are none, as a multiple of the polling that is set.
MESSAGE_POLL_FACTOR = 4
UNFINISHED_STATUSES = ["PENDING", "ENQUEUED"]


class DoNotRetry(Exception):
    """An error of a step that must not be tried again."""


class Workflow(Protocol):
    """What a queue runs. Its id is that of the task or callback that it works for."""

    def run(self, workflow_id: str) -> None: ...

    def on_failure(self, workflow_id: str) -> None:
        """End the task or callback after the workflow has failed for good."""
        ...


@dataclass(frozen=True, kw_only=True)
class RunningWorkflow:
    """A workflow that an executor has taken up and not finished."""

    id: str
    executor_id: str
    queue: Queue


@dataclass(frozen=True, kw_only=True)
class SavedWorkflow:
    """What the engine stores about a workflow."""

    id: str
    ended: bool
    changed: datetime  # UTC


def system_url(settings: Settings) -> str:
    """Return the URL of the engine's tables."""
    if settings.database_url is None:
        return f"sqlite:///{settings.data_dir.resolve() / 'workflows.sqlite'}"
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite:///"):
        return f"{url.removesuffix('.sqlite')}-workflows.sqlite"
    return url.replace("postgres://", "postgresql://", 1)


def migrate(settings: Settings) -> None:
    """Create or update the engine's tables."""
    _quiet()
    DBOS.migrate(system_url(settings))


class EngineClient:
    """Access to workflows for a process that runs none."""

    def __init__(self, settings: Settings) -> None:
        _quiet()
        self._engine = connections(system_url(settings), size=CLIENT_CONNECTIONS)
        self._client = DBOSClient(
            system_database_url=system_url(settings),
            system_database_engine=self._engine,
            application_name=APPLICATION,
        )

    def known(self, workflow_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that have a workflow."""
        return frozenset(each.id for each in self._found(workflow_ids))

    def retire_older(self, living: Callable[[], Collection[str]]) -> list[str]:
        """Forget unfinished workflows of older releases that no living executor holds; return their ids.

        No worker of this release could continue those steps; their tasks are still owed, and begin anew: all
        steps can be repeated.
        """
        older = [str(number) for number in range(1, WORKFLOW_FORMAT)]
        found = self._client.list_workflows(
            status=UNFINISHED_STATUSES, app_version=older, load_input=False, load_output=False
        )
        alive = living() if found else ()
        retired = []
        for each in found:
            if each.status == "PENDING" and each.executor_id in alive:
                continue
            self._client.delete_workflow(each.workflow_id)
            retired.append(each.workflow_id)
        return retired

    def under_way(self, workflow_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids whose workflow waits or runs."""
        return frozenset(each.id for each in self._found(workflow_ids) if not each.ended)

    def forget(self, workflow_ids: Collection[str]) -> int:
        """Delete everything stored about these workflows, unless they are unfinished; return how many."""
        found = [each.id for each in self._found(workflow_ids) if each.ended]
        for start in range(0, len(found), BATCH_WORKFLOWS):
            self._client.delete_workflows(found[start : start + BATCH_WORKFLOWS])
        return len(found)

    def ended(self, *, begun_before: datetime, limit: int, offset: int) -> list[SavedWorkflow]:
        """Return workflows enqueued before this moment (UTC) that have ended, oldest first."""
        return [
            _saved(status)
            for status in self._client.list_workflows(
                status=list(ENDED_STATUSES),
                end_time=begun_before.isoformat(),
                limit=limit,
                offset=offset,
                load_input=False,
                load_output=False,
            )
        ]

    def _found(self, workflow_ids: Collection[str]) -> Iterator[SavedWorkflow]:
        every = list(workflow_ids)
        for start in range(0, len(every), BATCH_WORKFLOWS):
            part = every[start : start + BATCH_WORKFLOWS]
            for status in self._client.list_workflows(workflow_ids=part, load_input=False, load_output=False):
                yield _saved(status)

    def check(self) -> None:
        """Raise an error where the engine's database does not answer."""
        self._client.check_connection()

    def close(self) -> None:
        self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()


class EngineWorker:
    """Runs workflows in this process; there is one in a process."""

    def __init__(
        self,
        settings: Settings,
        executor_id: str,
        *,
        branch_of: Callable[[str], str],
        ended: Callable[[str], None],
    ) -> None:
        """Set up the engine.

        branch_of: returns the branch of the tree of accounts that a workflow works for. ended: is called with
        the id of each workflow that this process has ended.
        """
        _quiet()
        self._branch_of = branch_of
        self._ended = ended
        self._workflows: dict[Queue, Workflow] = {}
        self._functions: dict[Queue, Callable[[str], None]] = {}
        self._concurrency: Mapping[Queue, int] = {}
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": system_url(settings),
            "system_database_engine": connections(system_url(settings), size=WORKER_CONNECTIONS),
            "db_engine_kwargs": {"hide_parameters": True},
            "executor_id": executor_id,
            "application_version": str(WORKFLOW_FORMAT),
            "log_level": "ERROR",
            "run_migrations": False,
            "notification_listener_polling_interval_sec": MESSAGE_POLL_FACTOR * settings.workflow_poll_s,
        }
        DBOS(config=config)

    def register(self, queue: Queue, workflow: Workflow) -> None:
        """Make `workflow` do the work of `queue`. Must be called before `launch`."""

        def run(workflow_id: str) -> None:
            with working_for(self._branch_of(workflow_id)), saved_by(EngineSteps()):
                run_to_its_end(queue, workflow, workflow_id)
            self._ended(workflow_id)

        self._workflows[queue] = workflow
        self._functions[queue] = DBOS.workflow(name=queue.value)(run)

    def launch(self, concurrency: Mapping[Queue, int]) -> None:
        """Begin to work. Of resumed workflows, each worker takes up `concurrency` of each queue at once."""
        self._concurrency = concurrency
        DBOS.launch()

    def start(self, queue: Queue, workflow_id: str) -> None:
        """Begin the workflow in this process, unless there is already one with this id."""
        with SetWorkflowID(workflow_id):
            DBOS.start_workflow(self._functions[queue], workflow_id)

    def running(self) -> list[RunningWorkflow]:
        """Return what executors (this one, others, dead ones) have taken up."""
        return [
            RunningWorkflow(
                id=status.workflow_id, executor_id=status.executor_id or "", queue=Queue(status.name)
            )
            for status in DBOS.list_workflows(
                status="PENDING", app_version=str(WORKFLOW_FORMAT), load_input=False, load_output=False
            )
            if status.name in set(Queue)
        ]

    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that wait to be resumed."""
        return frozenset(
            status.workflow_id
            for status in DBOS.list_workflows(
                workflow_ids=list(workflow_ids), status="ENQUEUED", load_input=False, load_output=False
            )
        )

    def finished_steps(self, workflow_id: str) -> int:
        return len(DBOS.list_workflow_steps(workflow_id))

    def resume(self, running: RunningWorkflow) -> None:
        """Let another executor continue a workflow whose executor is dead.

        Its queue exists from now until `close_queues`: every worker polls each queue that exists.
        """
        DBOS.register_queue(
            running.queue.value,
            worker_concurrency=self._concurrency[running.queue],
            polling_interval_sec=RESUME_INTERVAL_S,
            on_conflict="always_update",
        )
        DBOS.resume_workflow(running.id, queue_name=running.queue.value)

    def close_queues(self) -> None:
        """Remove the queues in which nothing waits to be resumed. Not while another process resumes."""
        for queue in DBOS.list_queues():
            waiting = DBOS.list_workflows(
                queue_name=queue.name, status="ENQUEUED", limit=1, load_input=False, load_output=False
            )
            if not waiting:
                DBOS.delete_queue(queue.name)

    def fail_workflow(self, running: RunningWorkflow) -> None:
        """End a workflow for good whose executor is dead."""
        self._workflows[running.queue].on_failure(running.id)
        DBOS.cancel_workflow(running.id)
        self._ended(running.id)


def run_to_its_end(queue: Queue, workflow: Workflow, workflow_id: str) -> None:
    """Run a workflow; where it fails, have it end what it was for."""
    try:
        workflow.run(workflow_id)
    except ItemNotFound:
        log.info("workflow abandoned: its job was deleted", workflow=workflow_id, queue=queue.value)
    except Exception:
        log.exception("workflow failed", workflow=workflow_id, queue=queue.value)
    else:
        return
    step("give up", workflow.on_failure, workflow_id)


class EngineSteps:
    """Steps that the engine saves."""

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return DBOS.run_step(_step_options(name), function, *arguments)

    def run_parallel(
        self, name: str, function: Callable[[Any], Any], items: Sequence[Any], *, threads: int
    ) -> list[Any]:
        reserved = [(DBOS.reserve_step(), contextvars.copy_context(), item) for item in items]

        def run(reservation: StepReservation, context: contextvars.Context, item: Any) -> Any:
            return context.run(lambda: reservation.run(_step_options(name), function, item))

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
    if isinstance(error, DoNotRetry | ItemNotFound):  # a job that was deleted does not come back
        return False
    log.warning("step failed; it is tried again", exc_info=error)
    return True


def _saved(status: WorkflowStatus) -> SavedWorkflow:
    changed_ms = status.updated_at or status.created_at or 0
    return SavedWorkflow(
        id=status.workflow_id,
        ended=status.status in ENDED_STATUSES,
        changed=from_timestamp(changed_ms / 1000),
    )


def _quiet() -> None:
    """Silence DBOS, which announces itself, its version and a product of its makers at every start.

    With a handler here it makes none of its own, which would bypass our log and its masking.
    """
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
