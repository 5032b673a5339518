"""What became of one job, for the operator: its states, and the work for it that waits or runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import attempts, executors, job_events, work
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import IS_KNOWN


@dataclass(frozen=True, kw_only=True)
class StateChange:
    at: datetime
    event: str
    before: str  # empty: the job was created
    after: str


@dataclass(frozen=True, kw_only=True)
class JobWork:
    """Work for a job that a worker has, or will have."""

    id: str
    queue: Queue
    asked: datetime
    ready: datetime | None  # when it may begin; None: something that it needs is missing
    claimed: datetime | None  # when a worker took it; None: nobody has
    host: str  # of the worker; empty: nobody has it, or the worker is gone
    losses: int  # workers that died over it since it last made progress
    request_id: str  # of the request that caused it


class JobHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def changes(self, job_id: str) -> list[StateChange]:
        """Return the job's changes of state, oldest first."""
        query = sa.select(job_events).where(job_events.c.job_id == job_id).order_by(job_events.c.id)
        with self._database.read() as connection:
            return [
                StateChange(at=row.at, event=row.event, before=row.before, after=row.after)
                for row in connection.execute(query)
            ]

    def work_of_job(self, job_id: str) -> list[JobWork]:
        """Return the work for the job, the oldest first."""
        query = (
            sa.select(work, executors.c.host.label("worker"), attempts.c.losses)
            .outerjoin(executors, executors.c.id == work.c.executor_id)
            .outerjoin(attempts, attempts.c.workflow_id == work.c.id)
            .where(work.c.job_id == job_id, IS_KNOWN)
            .order_by(work.c.asked, work.c.id)
        )
        with self._database.read() as connection:
            return [
                JobWork(
                    id=row.id,
                    queue=Queue(row.queue),
                    asked=row.asked,
                    ready=row.ready,
                    claimed=row.claimed,
                    host=row.worker or "",
                    losses=row.losses or 0,
                    request_id=row.request_id or "",
                )
                for row in connection.execute(query)
            ]
