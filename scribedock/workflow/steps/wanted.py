"""Whether somebody still waits for the result of a task."""

from __future__ import annotations

from scribedock.errors import ItemNotFound
from scribedock.jobs.job import TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.workflow.engine import DoNotRetry


class Abandoned(DoNotRetry):
    """The job was deleted, or its order cancelled: nobody waits for the result."""


def check_task_wanted(jobs: Jobs, task_id: str) -> None:
    """Raise Abandoned where the task's job was deleted, or the task aborted."""
    try:
        task = jobs.task(task_id)
    except ItemNotFound:
        raise Abandoned from None
    if task.status is TaskStatus.ABORTED:
        raise Abandoned
