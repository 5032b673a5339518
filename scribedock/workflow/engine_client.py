"""Access to the engine's workflows without running any: what is there, who has it, what is forgotten.

The engine's tables are in a SQLite file of their own, or in the schema `dbos` of the PostgreSQL database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dbos import DBOS, DBOSClient, WorkflowStatus

from scribedock.clock import from_timestamp
from scribedock.db.engine import with_connection_parameters
from scribedock.dispatch.queues import Queue
from scribedock.settings import Settings
from scribedock.workflow.engine_sqlite import connections

# Raised whenever the steps of a workflow change, or the module of a class that they save:
# a saved workflow must not continue with steps that it does not know.
WORKFLOW_FORMAT = 7
APPLICATION = "scribedock"
BATCH_WORKFLOWS = 500  # workflows in one query
ENDED_STATUSES = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
UNFINISHED_STATUSES = ["PENDING", "ENQUEUED"]
CLIENT_CONNECTIONS = 5  # as the engine's own default
RESUME_INTERVAL_S = 0.5  # how often a worker polls a queue of what dead ones left, while there is one


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
    return with_connection_parameters(url.replace("postgres://", "postgresql://", 1))


def migrate(settings: Settings) -> None:
    """Create or update the engine's tables."""
    quiet()
    DBOS.migrate(system_url(settings))


class EngineClient:
    """Access to workflows for a process that runs none."""

    def __init__(self, settings: Settings) -> None:
        quiet()
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

    def running(self) -> list[RunningWorkflow]:
        """Return the workflows of this release that executors have taken up and not finished."""
        return [
            RunningWorkflow(
                id=status.workflow_id, executor_id=status.executor_id or "", queue=Queue(status.name)
            )
            for status in self._client.list_workflows(
                status="PENDING", app_version=str(WORKFLOW_FORMAT), load_input=False, load_output=False
            )
            if status.name in set(Queue)
        ]

    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that wait to be resumed."""
        return frozenset(
            status.workflow_id
            for status in self._client.list_workflows(
                workflow_ids=list(workflow_ids), status="ENQUEUED", load_input=False, load_output=False
            )
        )

    def finished_steps(self, workflow_id: str) -> int:
        return len(self._client.list_workflow_steps(workflow_id))

    def resume(self, running: RunningWorkflow, *, concurrency: int) -> None:
        """Enqueue a workflow whose executor is dead, for any worker."""
        self._client.register_queue(
            running.queue.value,
            worker_concurrency=concurrency,
            polling_interval_sec=RESUME_INTERVAL_S,
            on_conflict="always_update",
        )
        self._client.resume_workflow(running.id, queue_name=running.queue.value)

    def queue_names(self) -> list[str]:
        """Return the queues that workers poll for what is to be resumed."""
        return [queue.name for queue in self._client.list_queues()]

    def close_queues(self) -> None:
        """Remove the queues in which nothing waits to be resumed."""
        for name in self.queue_names():
            waiting = self._client.list_workflows(
                queue_name=name, status="ENQUEUED", limit=1, load_input=False, load_output=False
            )
            if not waiting:
                self._client.delete_queue(name)

    def cancel(self, workflow_id: str) -> None:
        self._client.cancel_workflow(workflow_id)

    def check(self) -> None:
        """Raise an error where the engine's database does not answer."""
        self._client.check_connection()

    def close(self) -> None:
        self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()


def _saved(status: WorkflowStatus) -> SavedWorkflow:
    changed_ms = status.updated_at or status.created_at or 0
    return SavedWorkflow(
        id=status.workflow_id,
        ended=status.status in ENDED_STATUSES,
        changed=from_timestamp(changed_ms / 1000),
    )


def quiet() -> None:
    """Silence DBOS, which announces itself, its version and a product of its makers at every start.

    With a handler here it makes none of its own, which would bypass our log and its masking.
    """
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.ERROR)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
