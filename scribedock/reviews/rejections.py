"""Rejecting a pass: what the pass before it made is not good enough, and the note says why.

The pass before is open again, for whoever takes it, with what was saved in the rejected pass; that one waits
until the pass before is approved once more. A first pass has nothing before it: it is given back, with the
note for the next reviewer.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import drafts, mails, passes, realignments, segment_saves
from scribedock.errors import InvalidQuery
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.states import JobEvent
from scribedock.orders.orders import Orders
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.reviews.decisions import checked_comment, record_decision
from scribedock.reviews.review_pass import CONFLICT, Pass, check_taken, find_current, pass_of
from scribedock.reviews.span_recognitions import forget_recognitions

PASS_TABLES = (drafts, segment_saves, realignments)


class Rejections:
    def __init__(self, database: Database, jobs: Jobs, elementlists: ElementLists, orders: Orders) -> None:
        self._database = database
        self._jobs = jobs
        self._elementlists = elementlists
        self._orders = orders

    def reject(
        self,
        job_id: str,
        visible_accounts: frozenset[str] | None,
        kind: PassKind,
        account_id: str | None,
        note: str,
    ) -> Pass:
        """Reject the current pass; return the pass that is open now.

        account_id: who rejects, and has taken a pass of review; None for a customer who came by a link.
        Raises ItemNotFound; InvalidQuery without a note, and (409) where the pass is not the caller's, or
        where nobody has reviewed what a customer rejects.
        """
        note = checked_comment("note", note)
        if not note:
            raise InvalidQuery("note: say what is wrong; the next reviewer reads it")
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_current(connection, job, kind)
            if kind is PassKind.REVIEW:
                check_taken(current, account_id)
            before = _pass_before(connection, current)
            if before is None and kind is PassKind.APPROVAL:
                raise InvalidQuery(
                    "Nobody has reviewed this job, so nobody can take it back: correct its list yourself "
                    "(review/take, then review/save, with kind=approval) and approve that",
                    status=CONFLICT,
                )
            about = self._elementlists.versions(job.id)[-1].iwp_name
            task_id = record_decision(
                connection, current, rejected=True, iwp_name=about, account_id=account_id, comment=note
            )
            self._jobs.advance(connection, job, JobEvent.REJECTED)
            forget_recognitions(connection, current.id)
            if before is None:
                return _open(connection, current)
            self._go_back(connection, job, current, before)
            self._orders.tell_of_rejection(connection, job, task_id, about)
            return _open(connection, before)

    def _go_back(self, connection: Connection, job: Job, current: Pass, before: Pass) -> None:
        """Make the rejected pass wait again; the pass before it gets what was saved in it."""
        for table in PASS_TABLES:
            connection.execute(table.update().where(table.c.pass_id == current.id).values(pass_id=before.id))
        connection.execute(
            passes.update()
            .where(passes.c.id == current.id)
            .values(status=PassStatus.WAITING.value, account_id=None, person_id=None, opened=None)
        )
        # The customer is asked again once the pass is open again.
        connection.execute(mails.update().where(mails.c.pass_id == current.id).values(pass_id=None))


def _pass_before(connection: Connection, current: Pass) -> Pass | None:
    row = connection.execute(
        sa.select(passes).where(passes.c.job_id == current.job_id, passes.c.position == current.position - 1)
    ).first()
    return None if row is None else pass_of(row)


def _open(connection: Connection, reopened: Pass) -> Pass:
    """Open the pass for whoever takes it."""
    row = connection.execute(
        passes.update()
        .where(passes.c.id == reopened.id)
        .values(
            status=PassStatus.OPEN.value,
            account_id=None,
            person_id=None,
            opened=time_of(connection),
            done=None,
        )
        .returning(passes)
    ).one()
    return pass_of(row)
