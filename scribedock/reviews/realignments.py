"""Realignments: the edited words of a reviewer's list are aligned with the recording again.

The result is one more saved version of the pass; where another was saved meanwhile, or the pass has
ended, it is discarded, because a person's last change takes precedence.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import format_time, utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import drafts, passes, realignments, tasks
from scribedock.errors import InvalidQuery
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.enqueuing import enqueue_realignment
from scribedock.jobs.job import UNFINISHED_STATUSES, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.reviews.reviews import CONFLICT, Reviews


@dataclass(frozen=True, kw_only=True)
class Realignment:
    id: str  # of its task
    job_id: str
    before: bytes  # the list that the pass began with
    after: bytes  # the list that was saved


class Realignments:
    def __init__(self, database: Database, jobs: Jobs, reviews: Reviews, elementlists: ElementLists) -> None:
        self._database = database
        self._jobs = jobs
        self._reviews = reviews
        self._elementlists = elementlists

    def request_realignment(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str
    ) -> str:
        """Request a realignment of the last saved version; return the task's id.

        If one is running for that version, its task is returned. Raises ItemNotFound, InvalidQuery
        (409) where the pass is not the caller's or nothing was saved in it.
        """
        with self._reviews.taken(job_id, visible_accounts, kind, account_id) as (connection, current):
            version = _newest(connection, current.id)
            if version is None:
                raise InvalidQuery(
                    "Nothing was saved in this pass: save first (review/save)", status=CONFLICT
                )
            same = connection.execute(
                sa.select(realignments.c.id)
                .join(tasks, tasks.c.id == realignments.c.id)
                .where(
                    realignments.c.pass_id == current.id,
                    realignments.c.version == version,
                    tasks.c.status.in_([status.value for status in UNFINISHED_STATUSES]),
                )
            ).scalar()
            if same is not None:
                return str(same)
            task_id = add_task(connection, job_id, TaskType.JOB_REALIGN, TaskStatus.QUEUED)
            connection.execute(
                realignments.insert().values(
                    id=task_id, pass_id=current.id, version=version, account_id=account_id
                )
            )
            enqueue_realignment(connection, self._jobs.fetch_job(connection, job_id), task_id)
            return task_id

    def start(self, realignment_id: str) -> Realignment | None:
        """Start work on the realignment; return it, or None if nothing is left to do."""
        with self._database.write() as connection:
            if not set_task(connection, realignment_id, TaskStatus.INPROGRESS):
                return None
            row = connection.execute(
                sa.select(passes.c.job_id, drafts.c.compressed)
                .select_from(realignments)
                .join(passes, passes.c.id == realignments.c.pass_id)
                .join(
                    drafts,
                    sa.and_(
                        drafts.c.pass_id == realignments.c.pass_id,
                        drafts.c.version == realignments.c.version,
                    ),
                )
                .where(realignments.c.id == realignment_id)
            ).one()
            published = self._elementlists.versions(row.job_id)[-1].created
            return Realignment(
                id=realignment_id,
                job_id=row.job_id,
                before=self._elementlists.body(row.job_id, published),
                after=zlib.decompress(row.compressed),
            )

    def finish(self, realignment_id: str, body: bytes) -> None:
        """Save the result as the pass's next version, unless it is too late or the job was deleted."""
        with self._database.write() as connection:
            asked = connection.execute(
                sa.select(realignments, passes.c.status, passes.c.account_id.label("holder"))
                .join(passes, passes.c.id == realignments.c.pass_id)
                .where(realignments.c.id == realignment_id)
            ).one_or_none()
            if asked is None:
                return
            late = _why_too_late(
                asked.status == PassStatus.TAKEN.value and asked.holder == asked.account_id,
                _newest(connection, asked.pass_id) == asked.version,
            )
            if late is not None:
                set_task(connection, realignment_id, TaskStatus.FAILED, late)
                return
            version = max(utc_now(), asked.version + timedelta(microseconds=1))
            if set_task(connection, realignment_id, TaskStatus.COMPLETE, f"saved as {format_time(version)}"):
                connection.execute(
                    drafts.insert().values(
                        pass_id=asked.pass_id,
                        version=version,
                        account_id=asked.account_id,
                        compressed=zlib.compress(body),
                    )
                )

    def fail(self, realignment_id: str, problem: str) -> None:
        with self._database.write() as connection:
            set_task(connection, realignment_id, TaskStatus.FAILED, problem)


def _why_too_late(held: bool, newest: bool) -> str | None:
    if not held:
        return "The pass was given back or approved meanwhile; nothing was changed"
    return None if newest else "Another version was saved meanwhile; it stays as it is"


def _newest(connection: Connection, pass_id: str) -> datetime | None:
    return connection.execute(
        sa.select(sa.func.max(drafts.c.version)).where(drafts.c.pass_id == pass_id)
    ).scalar()
