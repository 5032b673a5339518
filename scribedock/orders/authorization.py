"""Decisions about a job before a worker begins: whether it may begin, and how.

Source: the API's `authorize` and `modify`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, tasks
from scribedock.errors import InvalidQuery
from scribedock.jobs.enqueuing import enqueue_order
from scribedock.jobs.job import Fidelity, Job, JobColumns, JobStatus, Priority
from scribedock.jobs.jobs import Jobs, record_event
from scribedock.jobs.states import JobEvent
from scribedock.jobs.turnaround import check_allowed, due_date, effective_priority
from scribedock.orders.notes import joined


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What `modify` changes; None leaves it as it is."""

    fidelity: Fidelity | None = None
    priority: Priority | None = None
    turnaround_hours: int | None = None
    account_id: str | None = None  # who owns the job from now on
    requestor: str | None = None
    callback_url: str | None = None
    expected_speakers: int | None = None
    notes: str | None = None  # HTML


class Authorizations:
    def __init__(self, database: Database, jobs: Jobs, *, priorities: Collection[Priority]) -> None:
        """Accept orders of these priorities only."""
        self._database = database
        self._jobs = jobs
        self._priorities = frozenset(priorities)

    def authorize(self, job_id: str, visible_accounts: frozenset[str]) -> str | None:
        """Let a job in Authorizing begin; return the TaskId of its order, if it has one.

        Has no effect on any other job. Raises ItemNotFound.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            if job.status is not JobStatus.AUTHORIZING:
                return None
            now = time_of(connection)
            if job.order_task_id is None:
                self._jobs.advance(connection, job, JobEvent.AUTHORIZED, authorized=now)
                return None
            due = due_date(now, job.priority or Priority.STANDARD, job.turnaround_hours)
            self._jobs.advance(connection, job, JobEvent.AUTHORIZED, authorized=now, due=due)
            enqueue_order(connection, job, job.order_task_id, due=due)
            return job.order_task_id

    def modify(self, job_id: str, visible_accounts: frozenset[str], changes: Changes) -> None:
        """Change a job that is in Authorizing or has not been ordered yet.

        An order's priority and due date change with it. Raises ItemNotFound, InvalidQuery in any other
        state, and InvalidOption for a priority that this server does not accept.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            if not _modifiable(job):
                raise InvalidQuery(
                    f"The job is {job.status}; it can be modified while it is Authorizing, "
                    "and before its transcription is ordered"
                )
            values = _columns(job, changes)
            if "priority" in values:
                check_allowed(Priority(values["priority"]), self._priorities)
            if job.order_task_id is not None:
                values.update(_columns_of_order(connection, job, changes, values))
            if values:
                self._jobs.set(connection, job_id, **values)
                record_event(connection, job_id, "modified", job.status, job.status)


def _modifiable(job: Job) -> bool:
    if job.status is JobStatus.AUTHORIZING:
        return True
    return job.status is JobStatus.PENDING and job.order_task_id is None


def _columns(job: Job, changes: Changes) -> JobColumns:
    """Return the columns that change."""
    values: JobColumns = {}
    if changes.fidelity is not None:
        values["fidelity"] = changes.fidelity.value
    if changes.turnaround_hours is not None:
        values["turnaround_hours"] = changes.turnaround_hours
    if changes.account_id is not None:
        values["account_id"] = changes.account_id
    if changes.requestor is not None:
        values["requestor"] = changes.requestor
    if changes.callback_url is not None:
        values["callback_url"] = changes.callback_url
    if changes.expected_speakers is not None:
        values["expected_speakers"] = changes.expected_speakers
    if changes.notes is not None:
        values["options"] = replace(job.options, notes=changes.notes).to_json()
    if changes.priority is not None or (changes.turnaround_hours is not None and job.priority is not None):
        asked = changes.priority or job.priority or Priority.STANDARD
        values["priority"] = effective_priority(asked, changes.turnaround_hours or job.turnaround_hours).value
    return values


def _columns_of_order(connection: Connection, job: Job, changes: Changes, values: JobColumns) -> JobColumns:
    """Return the columns that a change sets on the waiting order."""
    found: JobColumns = {}
    if {"priority", "turnaround_hours"} & values.keys():
        ordered = connection.execute(
            sa.select(tasks.c.requested).where(tasks.c.id == job.order_task_id)
        ).scalar_one()
        found["due"] = due_date(
            ordered,
            Priority(values.get("priority") or job.priority or Priority.STANDARD),
            values.get("turnaround_hours") or job.turnaround_hours,
        )
    if changes.notes is not None:
        settings = connection.execute(
            sa.select(accounts.c.settings).where(accounts.c.id == (changes.account_id or job.account_id))
        ).scalar_one()
        notes = joined(settings.get("default_job_notes", ""), changes.notes)
        found["options"] = replace(job.options, notes=notes).to_json()
    return found
