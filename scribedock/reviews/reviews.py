"""Passes by people over a job's list: taken, saved, approved.

Each save makes a version of its own, visible only to those who work on the pass. Approval publishes the
last one under the pass's name, and opens the next pass; after the last pass the job is Complete. All of
that is one transaction, so a pass is approved once, and no process waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.reviewers import ReviewScope
from scribedock.clock import format_time
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import drafts, passes
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job, JobStatus
from scribedock.jobs.jobs import Jobs
from scribedock.orders.counting import count_end
from scribedock.orders.orders import Orders, wanted_intelligence
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.persons.acting import acting_person
from scribedock.reviews.corrections import begin_correction, correction_task, discard_correction
from scribedock.reviews.decisions import (
    Decision,
    checked_comment,
    decisions_on,
    last_rejection,
    record_decision,
)
from scribedock.reviews.queue import holder_names, queued_passes
from scribedock.reviews.review_pass import (
    CONFLICT,
    Pass,
    check_taken,
    find_current,
    find_joined,
    following_pass,
    is_own,
    pass_of,
    pass_under_way,
)
from scribedock.reviews.span_recognitions import forget_recognitions
from scribedock.reviews.working_list import PassList, kept_versions, newest_version, working_list


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What would be published if the pass ended now."""

    version: datetime
    compressed: bytes
    wants_intelligence: bool  # the order asks for keywords and topics in it


@dataclass(frozen=True, kw_only=True)
class Enriched:
    """A version of a pass's list, with keywords and topics."""

    version: datetime
    compressed: bytes


@dataclass(frozen=True, kw_only=True)
class AwaitedApproval:
    """A list that its customer is asked to approve."""

    iwp_name: Iwp  # of the pass
    version: datetime


class Reviews:
    def __init__(self, database: Database, jobs: Jobs, elementlists: ElementLists, orders: Orders) -> None:
        self._database = database
        self._jobs = jobs
        self._elementlists = elementlists
        self._orders = orders

    def listing(
        self, scope: ReviewScope, account_id: str, *, of_others: bool = False
    ) -> list[tuple[Job, Pass]]:
        """Return the passes of review that the account may take or has taken, the most urgent first.

        of_others: with those that others have taken.
        """
        query = queued_passes(scope, account_id, of_others=of_others)
        with self._database.read() as connection:
            found = [pass_of(row) for row in connection.execute(query)]
            return [(self._jobs.fetch_job(connection, each.job_id), each) for each in found]

    def holders(self, taken: Collection[Pass]) -> Mapping[str, str]:
        """Return who has taken each pass, by the pass's id; see `holder_names`."""
        with self._database.read() as connection:
            return holder_names(connection, taken)

    def decisions(self, job_ids: Collection[str]) -> Mapping[str, list[Decision]]:
        """Return what was decided on each job's passes, oldest first; only jobs with a decision are there."""
        with self._database.read() as connection:
            return decisions_on(connection, job_ids)

    def take(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind, account_id: str
    ) -> Pass:
        """Give the job's current pass to the account; a correction begins with this, and is everybody's.

        Raises ItemNotFound, InvalidQuery (409).
        """
        if kind is PassKind.CORRECTION:
            return self._begin_correction(job_id, visible_accounts)
        with self._current(job_id, visible_accounts, kind) as (connection, _, current):
            if current.status is PassStatus.TAKEN and not is_own(current, account_id):
                raise InvalidQuery("Somebody else is at this pass", status=CONFLICT)
            connection.execute(
                passes.update()
                .where(passes.c.id == current.id)
                .values(status=PassStatus.TAKEN.value, account_id=account_id, person_id=acting_person())
            )
        return current

    def _begin_correction(self, job_id: str, visible_accounts: frozenset[str] | None) -> Pass:
        with self._database.write() as connection:
            return begin_correction(connection, self._jobs.fetch_job(connection, job_id, visible_accounts))

    def release(self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str) -> None:
        """Release the pass; what was saved is kept, but in a correction, which is discarded.

        Raises ItemNotFound, InvalidQuery (409).
        """
        with self.taken(job_id, visible_accounts, kind, account_id) as (connection, current):
            if current.kind is PassKind.CORRECTION:
                discard_correction(connection, current)
                return
            connection.execute(
                passes.update()
                .where(passes.c.id == current.id)
                .values(status=PassStatus.OPEN.value, account_id=None, person_id=None)
            )

    def release_all(self, connection: Connection, account_id: str, *, person_id: str | None = None) -> None:
        """Give back every pass that the account, or only a person of it, has taken, within a transaction."""
        who = passes.c.account_id == account_id if person_id is None else passes.c.person_id == person_id
        connection.execute(
            passes.update()
            .where(who, passes.c.status == PassStatus.TAKEN.value)
            .values(status=PassStatus.OPEN.value, account_id=None, person_id=None)
        )

    def work(self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind) -> PassList:
        """Return what was last saved in the current pass, else what the previous pass published."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            return self._work(connection, find_joined(connection, job, kind))

    def save(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        compressed: bytes,
        *,
        base: datetime | None,
    ) -> datetime:
        """Save a new version; return when it was saved.

        compressed: the API's JSON, zlib-compressed. base: the version that was edited; if another was saved
        since, nothing is saved. Raises ItemNotFound, InvalidQuery (409).
        """
        with self.taken(job_id, visible_accounts, kind, account_id) as (connection, current):
            newest = newest_version(connection, self._elementlists, current)
            _check_base(base, newest)
            version = max(time_of(connection), newest + timedelta(microseconds=1))
            connection.execute(
                drafts.insert().values(
                    pass_id=current.id,
                    version=version,
                    account_id=account_id,
                    person_id=acting_person(),
                    compressed=compressed,
                )
            )
        return version

    def check_savable(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        *,
        base: datetime | None,
    ) -> Job:
        """Check that `save` would succeed now; return the job. Raises as `save`."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_current(connection, job, kind)
            check_taken(current, account_id)
            _check_base(base, newest_version(connection, self._elementlists, current))
        return job

    def ending(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind, account_id: str | None
    ) -> Ending:
        """Return what `approve` would publish now. Raises as `approve`."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_current(connection, job, kind)
            if kind is PassKind.REVIEW:
                check_taken(current, account_id)
            work = self._work(connection, current)
            names = set(self._names(connection, current))
        return Ending(
            version=work.version,
            compressed=work.compressed,
            wants_intelligence=bool(names & set(wanted_intelligence(job))),
        )

    def find_pass(self, pass_id: str) -> Pass | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(passes).where(passes.c.id == pass_id)).first()
        return None if row is None else pass_of(row)

    def awaited_approval(self, job: Job) -> AwaitedApproval | None:
        """Return what waits for the customer's approval; None where nothing does."""
        if job.status is not JobStatus.REVIEWING:
            return None
        with self._database.read() as connection:
            current = pass_under_way(connection, job)
            if current is None or current.kind is not PassKind.APPROVAL:
                return None
            version = newest_version(connection, self._elementlists, current)
        return AwaitedApproval(iwp_name=current.iwp_name, version=version)

    def versions(self, job_id: str, visible_accounts: frozenset[str], kind: PassKind) -> list[datetime]:
        """Return the versions saved in the current pass that can still be read; oldest first."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            return kept_versions(connection, find_joined(connection, job, kind))

    def approve(
        self,
        job_id: str,
        visible_accounts: frozenset[str] | None,
        kind: PassKind,
        account_id: str | None,
        *,
        base: datetime | None = None,
        enriched: Enriched | None = None,
        comment: str = "",
    ) -> str:
        """End the current pass and publish its list; return the order's task, whose callbacks are due.

        account_id: who has taken it; None for a customer who approves by a link. base: the version that was
        seen; if another was saved since, nothing is approved. enriched: what `ending`
        returned, with keywords and topics where wanted; they are found here without it. comment: what is
        to be kept with the approval. Raises ItemNotFound, InvalidQuery (409).
        """
        comment = checked_comment("comment", comment)
        with self._current(job_id, visible_accounts, kind) as (connection, job, current):
            if kind is PassKind.REVIEW:
                check_taken(current, account_id)
            _check_base(base, newest_version(connection, self._elementlists, current))
            is_last = following_pass(connection, current) is None and kind is not PassKind.CORRECTION
            task_id = self._end(connection, job, current, account_id, enriched)
            if comment:
                record_decision(
                    connection,
                    current,
                    rejected=False,
                    iwp_name=current.iwp_name,
                    account_id=account_id,
                    comment=comment,
                )
        if is_last:
            count_end(JobStatus.COMPLETE)
        return task_id

    def complete_current_pass(self, job_id: str) -> bool:
        """End the current pass of a sandbox's job with the list it began with; return whether there was one.

        A pass that somebody has taken is left to them.
        """
        with self._database.write() as connection:
            try:
                job = self._jobs.fetch_job(connection, job_id)
            except ItemNotFound:
                return False
            current = pass_under_way(connection, job)
            if current is None or current.status is PassStatus.TAKEN or current.kind is PassKind.CORRECTION:
                return False
            self._end(connection, job, current, None)
        return True

    def _end(
        self,
        connection: Connection,
        job: Job,
        current: Pass,
        account_id: str | None,
        enriched: Enriched | None = None,
    ) -> str:
        """Publish the pass's list, and open the next pass; return the order's task."""
        work = self._work(connection, current)
        if enriched is not None and enriched.version != work.version:
            raise InvalidQuery(
                f"The list was saved meanwhile, as {format_time(work.version)}; "
                "look at that, then approve again",
                status=CONFLICT,
            )
        names = self._names(connection, current)
        following = following_pass(connection, current)
        now = time_of(connection)
        connection.execute(
            passes.update()
            .where(passes.c.id == current.id)
            .values(status=PassStatus.DONE.value, done=now, account_id=account_id, person_id=acting_person())
        )
        if following is not None:
            connection.execute(
                passes.update()
                .where(passes.c.id == following)
                .values(status=PassStatus.OPEN.value, opened=now)
            )
        forget_recognitions(connection, current.id)
        assert job.order_task_id is not None
        rich = None if enriched is None else enriched.compressed
        if current.kind is PassKind.CORRECTION:
            task_id = correction_task(connection, job)
            self._orders.publish_correction(connection, job, task_id, work.compressed, rich=rich)
            return task_id
        self._orders.publish(
            connection,
            job,
            job.order_task_id,
            names,
            work.compressed,
            rich=rich,
            cause_id=last_rejection(connection, job.id),
        )
        return job.order_task_id

    def _names(self, connection: Connection, current: Pass) -> tuple[Iwp, ...]:
        """Return the names under which the list of this pass is published."""
        if current.kind is PassKind.CORRECTION:
            return (Iwp.FINAL,)
        last = following_pass(connection, current) is None
        return (current.iwp_name, Iwp.FINAL) if last else (current.iwp_name,)

    @contextmanager
    def taken(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str
    ) -> Iterator[tuple[Connection, Pass]]:
        """Open a transaction on the current pass, which the account has taken. Raises as `release`."""
        with self._current(job_id, visible_accounts, kind) as (connection, _, current):
            check_taken(current, account_id)
            yield connection, current

    @contextmanager
    def _current(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind
    ) -> Iterator[tuple[Connection, Job, Pass]]:
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            yield connection, job, find_current(connection, job, kind)

    def _work(self, connection: Connection, current: Pass) -> PassList:
        return working_list(connection, self._elementlists, current)


def _check_base(base: datetime | None, newest: datetime) -> None:
    if base is not None and base != newest:
        raise InvalidQuery(
            f"base_version: the list was saved meanwhile, as {format_time(newest)}; continue from that",
            status=CONFLICT,
        )
