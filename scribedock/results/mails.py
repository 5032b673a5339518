"""Mail that a job owes: the link to a video with captions in it, the request for approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs, mails, passes
from scribedock.jobs.enqueuing import enqueue_mail
from scribedock.jobs.job import Job, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.orders.passes import PassKind, PassStatus


@dataclass(frozen=True, kw_only=True)
class OwedMail:
    id: str  # of its task
    job_id: str
    recipient: str
    base_url: str  # that its link starts with: the public URL; empty: it has none
    rendition_id: str | None  # the video that it is about
    pass_id: str | None  # the pass that it is about


class Mails:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def owe_video(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        *,
        recipient: str,
        base_url: str,
        rendition_id: str,
    ) -> str:
        """Record mail about a video with captions; return its TaskId. Raises ItemNotFound."""
        with self._database.write() as connection:
            return _insert(
                connection,
                self._jobs.fetch_job(connection, job_id, visible_accounts),
                TaskType.JOB_BURN_IN_CAPTION,
                recipient=recipient,
                base_url=base_url,
                rendition_id=rendition_id,
            )

    def owe_approvals(self, base_url: str) -> None:
        """Record mail, once, about each pass that awaits a customer's approval, if there is an address."""
        query = (
            sa.select(passes.c.id, passes.c.job_id, accounts.c.email)
            .join(jobs, jobs.c.id == passes.c.job_id)
            .join(accounts, accounts.c.id == jobs.c.account_id)
            .outerjoin(mails, mails.c.pass_id == passes.c.id)
            .where(
                passes.c.kind == PassKind.APPROVAL.value,
                passes.c.status == PassStatus.OPEN.value,
                jobs.c.deleted.is_(None),
                accounts.c.email != "",
                mails.c.id.is_(None),
            )
        )
        with self._database.read() as connection:
            waiting = connection.execute(query).all()
        for row in waiting:
            with self._database.write() as connection:
                connection.execute(
                    sa.select(passes.c.id).where(passes.c.id == row.id).with_for_update()
                ).first()
                if _find(connection, mails.c.pass_id == row.id) is None:
                    _insert(
                        connection,
                        self._jobs.fetch_job(connection, row.job_id),
                        TaskType.JOB_ASK_FOR_APPROVAL,
                        recipient=row.email,
                        base_url=base_url,
                        pass_id=row.id,
                    )

    def find_mail(self, mail_id: str) -> OwedMail | None:
        with self._database.read() as connection:
            return _find(connection, mails.c.id == mail_id)

    def close(self, mail_id: str, status: TaskStatus, problem: str = "") -> None:
        with self._database.write() as connection:
            set_task(connection, mail_id, status, problem)


def _insert(connection: Connection, job: Job, task_type: TaskType, **values: Any) -> str:
    task_id = add_task(connection, job.id, task_type, TaskStatus.QUEUED)
    connection.execute(mails.insert().values(id=task_id, job_id=job.id, **values))
    enqueue_mail(connection, job, task_id)
    return task_id


def _find(connection: Connection, condition: sa.ColumnElement[bool]) -> OwedMail | None:
    row = connection.execute(sa.select(mails).where(condition)).mappings().first()
    return None if row is None else OwedMail(**row)
