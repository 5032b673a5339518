"""What people said when they rejected or approved a pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import accounts, passes, review_decisions, tasks
from scribedock.errors import InvalidQuery
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import TaskStatus, TaskType
from scribedock.jobs.jobs import add_task
from scribedock.persons.acting import acting_person
from scribedock.reviews.review_pass import Pass

MAX_COMMENT_CHARACTERS = 4000


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A rejection, or an approval with a comment."""

    job_id: str
    rejected: bool
    iwp_name: Iwp  # of the list that it is about
    comment: str
    at: datetime
    username: str  # empty: by the link in a mail


def checked_comment(name: str, comment: str) -> str:
    """Return the comment without space around it. Raises InvalidQuery where it is too long."""
    comment = comment.strip()
    if len(comment) > MAX_COMMENT_CHARACTERS:
        raise InvalidQuery(
            f"{name}: {len(comment):,} characters; {MAX_COMMENT_CHARACTERS:,} are the most that are kept"
        )
    return comment


def record_decision(
    connection: Connection,
    current: Pass,
    *,
    rejected: bool,
    iwp_name: Iwp,
    account_id: str | None,
    comment: str,
) -> str:
    """Record what was decided on the pass; return the task that stands for it."""
    task_type = TaskType.JOB_REJECT if rejected else TaskType.JOB_APPROVE
    task_id = add_task(connection, current.job_id, task_type, TaskStatus.COMPLETE, comment)
    connection.execute(
        review_decisions.insert().values(
            id=task_id,
            pass_id=current.id,
            account_id=account_id,
            person_id=acting_person(),
            rejected=rejected,
            iwp_name=iwp_name.value,
        )
    )
    return task_id


def last_rejection(connection: Connection, job_id: str) -> str | None:
    """Return the task of the job's last rejection."""
    return connection.execute(
        sa.select(review_decisions.c.id)
        .join(tasks, tasks.c.id == review_decisions.c.id)
        .where(tasks.c.job_id == job_id, review_decisions.c.rejected.is_(True))
        .order_by(tasks.c.requested.desc())
        .limit(1)
    ).scalar()


def decisions_on(connection: Connection, job_ids: Collection[str]) -> Mapping[str, list[Decision]]:
    """Return what was decided on each job's passes, oldest first; only jobs with a decision are there."""
    found: dict[str, list[Decision]] = {}
    query = (
        sa.select(review_decisions, passes.c.job_id, tasks.c.info, tasks.c.requested, accounts.c.username)
        .join(passes, passes.c.id == review_decisions.c.pass_id)
        .join(tasks, tasks.c.id == review_decisions.c.id)
        .outerjoin(accounts, accounts.c.id == review_decisions.c.account_id)
        .where(passes.c.job_id.in_(job_ids))
        .order_by(tasks.c.requested)
    )
    for row in connection.execute(query):
        decision = Decision(
            job_id=row.job_id,
            rejected=row.rejected,
            iwp_name=Iwp(row.iwp_name),
            comment=row.info,
            at=row.requested,
            username=row.username or "",
        )
        found.setdefault(row.job_id, []).append(decision)
    return found
