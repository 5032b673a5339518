"""Jobs and their tasks in the database: every query about them, every change of state."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, Required, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import Account
from scribedock.accounts.sandboxes import is_covered
from scribedock.budgets.ledger import give_back
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, job_events, jobs, tasks
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.host.erasure_journal import ErasedPart, Erasure, ErasureJournal
from scribedock.jobs.enqueuing import list_finished
from scribedock.jobs.erasing.deletion import Deleted, clear
from scribedock.jobs.erasing.erasure import DELETION_REASON
from scribedock.jobs.job import (
    UNFINISHED_STATUSES,
    Difficulty,
    Fidelity,
    Job,
    JobColumns,
    JobStatus,
    Priority,
    Remark,
    Task,
    TaskStatus,
    TaskType,
)
from scribedock.jobs.order_options import NO_OPTIONS, OrderOptions
from scribedock.jobs.states import JobEvent, after, first
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.outbox import announce

ANNOUNCED = {
    JobEvent.FINISHED: EventType.JOB_COMPLETED,
    JobEvent.FAILED: EventType.JOB_FAILED,
    JobEvent.CANCELLED: EventType.JOB_FAILED,
}
# Built once: building a statement takes longer than running it.
ADD_TASK = tasks.insert()
JOB_QUERY = (
    sa.select(jobs, accounts.c.username, accounts.c.branch_id, accounts.c.disabled)
    .join(accounts, accounts.c.id == jobs.c.account_id)
    .where(jobs.c.id == sa.bindparam("job_id"))
)
# FOR NO KEY UPDATE: others may meanwhile write rows that only refer to the job;
# otherwise they would wait for us while we wait for theirs.
JOB_QUERY_FOR_UPDATE = JOB_QUERY.with_for_update(of=jobs, key_share=True)


class NewJob(TypedDict, total=False):
    """What a job is created with; see `Jobs.insert_job`."""

    name: Required[str]
    language: Required[str]
    language_given: bool
    external_id: str
    requestor: str
    reference: str
    expected_speakers: int | None
    is_duplicate: bool | None
    remark: str


class Jobs:
    def __init__(self, database: Database, journal: ErasureJournal) -> None:
        """Set up; `journal` is told of jobs that are deleted."""
        self._database = database
        self._journal = journal

    def create(self, owner: Account, **given: Unpack[NewJob]) -> tuple[str, str]:
        """Create a job; return its id and its task's. Arguments and errors are those of `insert_job`."""
        with self._database.write() as connection:
            return self.insert_job(connection, owner, **given)

    def insert_job(
        self,
        connection: Connection,
        owner: Account,
        *,
        name: str,
        language: str,
        language_given: bool = True,
        external_id: str = "",
        requestor: str = "",
        reference: str = "",
        expected_speakers: int | None = None,
        is_duplicate: bool | None = None,
        remark: str = "",
        recording_of: str | None = None,
    ) -> tuple[str, str]:
        """Create a job within a transaction; return its id and its task's.

        is_duplicate: whether the account may have a second living job with the same external id. None: it
        may, and a remark says so; False: raises InvalidQuery. language_given: whether the client named the
        language; the one that is heard replaces one that was not named. remark: on how it was opened.
        recording_of: the job that had its recording first.
        """
        job_id = uuid.uuid4().hex
        now = time_of(connection)
        needs_authorization = bool(owner.settings["require_customer_authorization_before_starting_workflow"])
        status = first(needs_authorization=needs_authorization)
        remarks = {Remark.OPENED: remark} if remark else {}
        if external_id and not is_duplicate:
            # One `new` of an account at a time, so that one of two with the same external id is refused.
            connection.execute(sa.select(accounts.c.id).where(accounts.c.id == owner.id).with_for_update())
            same = connection.execute(
                sa.select(jobs.c.id).where(
                    jobs.c.account_id == owner.id,
                    jobs.c.external_id == external_id,
                    jobs.c.deleted.is_(None),
                )
            ).first()
            if same is not None and is_duplicate is False:
                raise InvalidQuery(
                    f"Job {same.id} already has the external_id {external_id!r}; "
                    "send is_duplicate=true to open another"
                )
            if same is not None:
                remarks[Remark.EXTERNAL_ID] = f"Job {same.id} had the same external_id already."
        connection.execute(
            jobs.insert().values(
                id=job_id,
                account_id=owner.id,
                name=name,
                external_id=external_id,
                language=language,
                language_given=language_given,
                status=status.value,
                created=now,
                authorized=None if needs_authorization else now,
                requestor=requestor,
                reference=reference,
                expected_speakers=expected_speakers,
                sandbox=is_covered(connection, owner.id),
                remarks=remarks,
                recording_of=recording_of,
            )
        )
        task_id = add_task(connection, job_id, TaskType.JOB_CREATED, TaskStatus.COMPLETE)
        record_event(connection, job_id, "created", "", status)
        announce(connection, EventType.JOB_CREATED, account_id=owner.id, job_id=job_id, task_id=task_id)
        return job_id, task_id

    def find_job(self, job_id: str, visible_accounts: frozenset[str] | None = None) -> Job:
        """Find a living job of one of these accounts (None: of any). Raises ItemNotFound."""
        with self._database.read() as connection:
            return self.fetch_job(connection, job_id, visible_accounts)

    def with_same_recording(self, job: Job) -> list[str]:
        """Return the other living jobs of the account that were opened with the recording; oldest first."""
        first = job.recording_of or job.id
        others = sa.select(jobs.c.created, jobs.c.id).where(
            jobs.c.id != job.id, jobs.c.account_id == job.account_id, jobs.c.deleted.is_(None)
        )
        # Each by its own index: by that of the account, all of its jobs would be read.
        later = others.with_hint(jobs, "INDEXED BY ix_jobs_recording_of", "sqlite")
        query = sa.union_all(
            others.where(jobs.c.id == first), later.where(jobs.c.recording_of == first)
        ).order_by("created", "id")
        with self._database.read() as connection:
            return [row.id for row in connection.execute(query)]

    def find_served(self, job_id: str) -> Job:
        """Find the living job behind a link that needs no token. Raises ItemNotFound (404).

        The links of an account that is disabled are dead until it is enabled.
        """
        with self._database.read() as connection:
            if is_served(connection, job_id):
                return self.fetch_job(connection, job_id)
        raise ItemNotFound("There is nothing at this link (any more)", status=404)

    def fetch_job(
        self, connection: Connection, job_id: str, visible_accounts: frozenset[str] | None = None
    ) -> Job:
        """Do as `find_job` within a transaction; a write transaction locks the row until its end."""
        writes = connection.get_execution_options().get("scribedock_write")
        row = connection.execute(JOB_QUERY_FOR_UPDATE if writes else JOB_QUERY, {"job_id": job_id}).first()
        if (
            row is None
            or row.deleted is not None
            or (visible_accounts is not None and row.account_id not in visible_accounts)
        ):
            raise ItemNotFound(f"There is no job with the job_id {job_id!r}")
        return job_of(row)

    def delete(self, job_id: str, visible_accounts: frozenset[str] | None) -> Deleted:
        """Delete the job with its media and results, abort its unfinished tasks, invalidate its URLs.

        visible_accounts: those whose job it must be; None: any. Raises ItemNotFound, SystemFault.
        """
        with self._database.write() as connection:
            return self.remove(connection, self.fetch_job(connection, job_id, visible_accounts))

    def remove(self, connection: Connection, job: Job) -> Deleted:
        """Do as `delete` within the transaction in which the job was read."""
        now = time_of(connection)
        cleared = clear(connection, job, DELETION_REASON)
        if job.status not in (JobStatus.REVIEWING, JobStatus.COMPLETE):
            give_back(connection, job.order_task_id)
        connection.execute(jobs.update().where(jobs.c.id == job.id).values(deleted=now))
        list_finished(connection, job.id)
        record_event(connection, job.id, "deleted", job.status, job.status)
        task_id = add_task(connection, job.id, TaskType.JOB_DELETED, TaskStatus.COMPLETE)
        # Last: whatever fails before is no erasure.
        self._journal.note(Erasure(at=now, part=ErasedPart.JOB, id=job.id))
        return Deleted(task_id=task_id, storage_keys=cleared.storage_keys, aborted=cleared.aborted)

    def advance(
        self, connection: Connection, job: Job, event: JobEvent, **values: Unpack[JobColumns]
    ) -> JobStatus:
        """Move the job along the state table, and set the columns in `values`. Raises InvalidQuery."""
        status = after(job.status, event)
        connection.execute(jobs.update().where(jobs.c.id == job.id).values(status=status.value, **values))
        record_event(connection, job.id, event.value, job.status, status)
        if event in ANNOUNCED:
            task = {} if job.order_task_id is None else {"task_id": job.order_task_id}
            announce(connection, ANNOUNCED[event], account_id=job.account_id, job_id=job.id, **task)
        if event in (JobEvent.FAILED, JobEvent.CANCELLED):
            give_back(connection, job.order_task_id)
        return status

    def raise_upload_epoch(self, job_id: str, visible_accounts: frozenset[str] | None) -> None:
        """Invalidate every upload URL of the job issued so far. Raises ItemNotFound."""
        with self._database.write() as connection:
            next_upload_epoch(connection, self.fetch_job(connection, job_id, visible_accounts))

    def not_ordered(self) -> list[tuple[str, int]]:
        """Return id and upload epoch of the living jobs whose transcription may still be ordered."""
        with self._database.read() as connection:
            return [
                (row.id, row.upload_epoch)
                for row in connection.execute(
                    sa.select(jobs.c.id, jobs.c.upload_epoch).where(
                        jobs.c.deleted.is_(None), jobs.c.order_task_id.is_(None)
                    )
                )
            ]

    def update(self, job_id: str, **values: Unpack[JobColumns]) -> None:
        """Set columns of a living job that have no part in the state machine."""
        with self._database.write() as connection:
            self.set(connection, job_id, **values)

    def set(self, connection: Connection, job_id: str, **values: Unpack[JobColumns]) -> None:
        """Do as `update` within a transaction."""
        living = sa.and_(jobs.c.id == job_id, jobs.c.deleted.is_(None))
        connection.execute(jobs.update().where(living).values(**values))

    def set_remark(self, connection: Connection, job: Job, about: Remark, remark: str) -> None:
        """Has `Notice` of the job say something from now on; nothing more about that where it is empty.

        `job` must have been read in this write transaction.
        """
        remarks = {key: said for key, said in job.remarks.items() if key != about}
        if remark:
            remarks[about] = remark
        if remarks != job.remarks:
            self.set(connection, job.id, remarks=remarks)

    def stamp_progress(self, job_id: str, progress: float) -> None:
        with self._database.stamp() as connection:
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(progress=progress))

    def tasks(self, job_ids: list[str]) -> Mapping[str, list[Task]]:
        """Return the tasks of each job, newest last."""
        found: dict[str, list[Task]] = {job_id: [] for job_id in job_ids}
        with self._database.read() as connection:
            for row in connection.execute(
                sa.select(tasks).where(tasks.c.job_id.in_(job_ids)).order_by(tasks.c.requested, tasks.c.id)
            ):
                found[row.job_id].append(_task(row))
        return found

    def task(self, task_id: str, visible_accounts: frozenset[str] | None = None) -> Task:
        """Find a task, also of a deleted job. Raises ItemNotFound."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(tasks, jobs.c.account_id)
                .join(jobs, jobs.c.id == tasks.c.job_id)
                .where(tasks.c.id == task_id)
            ).first()
        if row is None or (visible_accounts is not None and row.account_id not in visible_accounts):
            raise ItemNotFound(f"There is no task with the task_id {task_id!r}")
        return _task(row)

    def is_sandbox(self, task_id: str) -> bool:
        """Return whether the task's job, deleted or not, is a sandbox's."""
        with self._database.read() as connection:
            return bool(
                connection.execute(
                    sa.select(jobs.c.sandbox)
                    .join(tasks, tasks.c.job_id == jobs.c.id)
                    .where(tasks.c.id == task_id)
                ).scalar()
            )

    def events(self, job_id: str) -> list[tuple[str, str, str]]:
        """Return event, state before and state after of each event of the job, in order."""
        with self._database.read() as connection:
            return [
                (row.event, row.before, row.after)
                for row in connection.execute(
                    sa.select(job_events).where(job_events.c.job_id == job_id).order_by(job_events.c.id)
                )
            ]


def is_served(connection: Connection, job_id: str) -> bool:
    """Return whether the job is not deleted and its account not disabled."""
    row = connection.execute(JOB_QUERY, {"job_id": job_id}).first()
    return row is not None and row.deleted is None and row.disabled is None


def next_upload_epoch(connection: Connection, job: Job) -> None:
    """Invalidate every upload URL of the job issued so far."""
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(upload_epoch=job.upload_epoch + 1))


def add_task(
    connection: Connection, job_id: str, task_type: TaskType, status: TaskStatus, info: str = ""
) -> str:
    """Record a task of the job; return its id."""
    task_id = uuid.uuid4().hex
    task = {
        "id": task_id,
        "job_id": job_id,
        "type": task_type.value,
        "status": status.value,
        "info": info,
        "requested": time_of(connection),
    }
    connection.execute(ADD_TASK, task)
    return task_id


def set_task(connection: Connection, task_id: str, status: TaskStatus, info: str = "") -> bool:
    """Set the status of an unfinished task; return whether it was still unfinished."""
    return (
        connection.execute(
            tasks.update()
            .where(tasks.c.id == task_id, tasks.c.status.in_([s.value for s in UNFINISHED_STATUSES]))
            .values(status=status.value, info=info)
        ).rowcount
        == 1
    )


def task_status(connection: Connection, task_id: str) -> TaskStatus:
    return TaskStatus(connection.execute(sa.select(tasks.c.status).where(tasks.c.id == task_id)).scalar_one())


def record_event(connection: Connection, job_id: str, event: str, before: str, after: str) -> None:
    connection.execute(
        job_events.insert().values(
            job_id=job_id, at=time_of(connection), event=event, before=before, after=after
        )
    )


_PLAIN = [
    field.name
    for field in fields(Job)
    if field.name not in ("status", "fidelity", "priority", "difficulty", "options")
]
_plain_values = attrgetter(*_PLAIN)  # for long lists: half the time of a getattr for each


def job_of(row: sa.Row[Any]) -> Job:
    """Build the job from a row of `jobs` with the name of its account."""
    return Job(
        status=JobStatus(row.status),
        fidelity=Fidelity(row.fidelity) if row.fidelity else None,
        priority=Priority(row.priority) if row.priority else None,
        difficulty=Difficulty(row.difficulty),
        options=OrderOptions.from_json(row.options) if row.options else NO_OPTIONS,
        **dict(zip(_PLAIN, _plain_values(row), strict=True)),
    )


def _task(row: sa.Row[Any]) -> Task:
    return Task(
        id=row.id,
        job_id=row.job_id,
        type=TaskType(row.type),
        status=TaskStatus(row.status),
        info=row.info,
        requested=row.requested,
    )
