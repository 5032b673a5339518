"""Passes by people over a job's list: taken, saved, approved.

Each save makes a version of its own, visible only to those who work on the pass. Approval publishes the
last one under the pass's name, and opens the next pass; after the last pass the job is Complete. All of
that is one transaction, so a pass is approved once, and no process waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.reviewers import ReviewScope
from scribedock.clock import format_time, utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import drafts, jobs, passes
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import Iwp, Job
from scribedock.jobs.jobs import Jobs
from scribedock.orders.orders import Orders, wanted_intelligence
from scribedock.orders.passes import PassKind, PassStatus

CURRENT_STATUSES = (PassStatus.OPEN, PassStatus.TAKEN)
CONFLICT = 409


@dataclass(frozen=True, kw_only=True)
class Pass:
    id: str
    job_id: str
    position: int
    iwp_name: Iwp
    kind: PassKind
    status: PassStatus
    account_id: str | None  # who has taken it
    opened: datetime | None


@dataclass(frozen=True, kw_only=True)
class PassList:
    """The list that a pass starts from, or that was saved in it last."""

    current: Pass
    version: datetime
    compressed: bytes  # the API's JSON, zlib-compressed


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


class Reviews:
    def __init__(self, database: Database, jobs: Jobs, elementlists: ElementLists, orders: Orders) -> None:
        self._database = database
        self._jobs = jobs
        self._elementlists = elementlists
        self._orders = orders

    def listing(self, scope: ReviewScope, account_id: str) -> list[tuple[Job, Pass]]:
        """Return the passes of review that the account may take or has taken, the most urgent first."""
        query = (
            sa.select(passes)
            .join(jobs, jobs.c.id == passes.c.job_id)
            .where(
                jobs.c.deleted.is_(None),
                jobs.c.account_id.in_(scope.account_ids),
                jobs.c.sandbox.is_(True) if scope.sandbox_only else sa.true(),
                passes.c.kind == PassKind.REVIEW.value,
                sa.or_(
                    passes.c.status == PassStatus.OPEN.value,
                    sa.and_(passes.c.status == PassStatus.TAKEN.value, passes.c.account_id == account_id),
                ),
            )
            .order_by(jobs.c.due, passes.c.opened)
        )
        with self._database.read() as connection:
            found = [_pass(row) for row in connection.execute(query)]
            return [(self._jobs.fetch_job(connection, each.job_id), each) for each in found]

    def take(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind, account_id: str
    ) -> Pass:
        """Give the job's current pass to the account. Raises ItemNotFound, InvalidQuery (409)."""
        with self._current(job_id, visible_accounts, kind) as (connection, _, current):
            if current.status is PassStatus.TAKEN and current.account_id != account_id:
                raise InvalidQuery("Somebody else is at this pass", status=CONFLICT)
            connection.execute(
                passes.update()
                .where(passes.c.id == current.id)
                .values(status=PassStatus.TAKEN.value, account_id=account_id)
            )
        return current

    def release(self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str) -> None:
        """Release the pass; what was saved is kept. Raises ItemNotFound, InvalidQuery (409)."""
        with self.taken(job_id, visible_accounts, kind, account_id) as (connection, current):
            connection.execute(
                passes.update()
                .where(passes.c.id == current.id)
                .values(status=PassStatus.OPEN.value, account_id=None)
            )

    def work(self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind) -> PassList:
        """Return what was last saved in the current pass, else what the previous pass published."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = _find(connection, job, kind)
            return self._work(connection, current)

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
            newest = self._newest(connection, current)
            _check_base(base, newest)
            version = max(utc_now(), newest + timedelta(microseconds=1))
            connection.execute(
                drafts.insert().values(
                    pass_id=current.id,
                    version=version,
                    account_id=account_id,
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
            current = _find(connection, job, kind)
            _check_taken(current, account_id)
            _check_base(base, self._newest(connection, current))
        return job

    def ending(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind, account_id: str | None
    ) -> Ending:
        """Return what `approve` would publish now. Raises as `approve`."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = _find(connection, job, kind)
            if kind is PassKind.REVIEW:
                _check_taken(current, account_id)
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
        return None if row is None else _pass(row)

    def versions(self, job_id: str, visible_accounts: frozenset[str], kind: PassKind) -> list[datetime]:
        """Return the versions that were saved in the current pass, oldest first."""
        with self._database.read() as connection:
            current = _find(connection, self._jobs.fetch_job(connection, job_id, visible_accounts), kind)
            return list(
                connection.execute(
                    sa.select(drafts.c.version)
                    .where(drafts.c.pass_id == current.id)
                    .order_by(drafts.c.version)
                ).scalars()
            )

    def approve(
        self,
        job_id: str,
        visible_accounts: frozenset[str] | None,
        kind: PassKind,
        account_id: str | None,
        *,
        enriched: Enriched | None = None,
    ) -> str:
        """End the current pass and publish its list; return the order's task, whose callbacks are due.

        account_id: who has taken it; None for a customer who approves by a link. enriched: what `ending`
        returned, with keywords and topics where wanted; they are found here without it.
        Raises ItemNotFound, InvalidQuery (409).
        """
        with self._current(job_id, visible_accounts, kind) as (connection, job, current):
            if kind is PassKind.REVIEW:
                _check_taken(current, account_id)
            return self._end(connection, job, current, account_id, enriched)

    def complete_current_pass(self, job_id: str) -> bool:
        """End the current pass of a sandbox's job with the list it began with; return whether there was one.

        A pass that somebody has taken is left to them.
        """
        with self._database.write() as connection:
            try:
                job = self._jobs.fetch_job(connection, job_id)
            except ItemNotFound:
                return False
            current = _under_way(connection, job)
            if current is None or current.status is PassStatus.TAKEN:
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
        following = _following(connection, current)
        now = utc_now()
        connection.execute(
            passes.update()
            .where(passes.c.id == current.id)
            .values(status=PassStatus.DONE.value, done=now, account_id=account_id)
        )
        if following is not None:
            connection.execute(
                passes.update()
                .where(passes.c.id == following)
                .values(status=PassStatus.OPEN.value, opened=now)
            )
        assert job.order_task_id is not None
        self._orders.publish(
            connection,
            job,
            job.order_task_id,
            names,
            work.compressed,
            rich=None if enriched is None else enriched.compressed,
        )
        return job.order_task_id

    def _names(self, connection: Connection, current: Pass) -> tuple[Iwp, ...]:
        """Return the names under which the list of this pass is published."""
        last = _following(connection, current) is None
        return (current.iwp_name, Iwp.FINAL) if last else (current.iwp_name,)

    @contextmanager
    def taken(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str
    ) -> Iterator[tuple[Connection, Pass]]:
        """Open a transaction on the current pass, which the account has taken. Raises as `release`."""
        with self._current(job_id, visible_accounts, kind) as (connection, _, current):
            _check_taken(current, account_id)
            yield connection, current

    @contextmanager
    def _current(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: PassKind
    ) -> Iterator[tuple[Connection, Job, Pass]]:
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            yield connection, job, _find(connection, job, kind)

    def _work(self, connection: Connection, current: Pass) -> PassList:
        row = connection.execute(
            sa.select(drafts).where(drafts.c.pass_id == current.id).order_by(drafts.c.version.desc()).limit(1)
        ).first()
        if row is not None:
            return PassList(current=current, version=row.version, compressed=row.compressed)
        version = self._elementlists.versions(current.job_id)[-1].created
        compressed = self._elementlists.compressed(current.job_id, version)
        return PassList(current=current, version=version, compressed=compressed)

    def _newest(self, connection: Connection, current: Pass) -> datetime:
        """Return the version that `_work` returns."""
        saved = connection.execute(
            sa.select(sa.func.max(drafts.c.version)).where(drafts.c.pass_id == current.id)
        ).scalar()
        return saved or self._elementlists.versions(current.job_id)[-1].created


def _following(connection: Connection, current: Pass) -> str | None:
    return connection.execute(
        sa.select(passes.c.id).where(
            passes.c.job_id == current.job_id, passes.c.position == current.position + 1
        )
    ).scalar()


def _check_base(base: datetime | None, newest: datetime) -> None:
    if base is not None and base != newest:
        raise InvalidQuery(
            f"base_version: the list was saved meanwhile, as {format_time(newest)}; continue from that",
            status=CONFLICT,
        )


def _find(connection: Connection, job: Job, kind: PassKind) -> Pass:
    """Find the current pass. Raises InvalidQuery (409) where it is not of this kind."""
    current = _under_way(connection, job)
    if current is None or current.kind is not kind:
        what = "a reviewer" if kind is PassKind.REVIEW else "its customer"
        raise InvalidQuery(f"The job is {job.status} and does not wait for {what}", status=CONFLICT)
    return current


def _under_way(connection: Connection, job: Job) -> Pass | None:
    row = connection.execute(
        sa.select(passes).where(
            passes.c.job_id == job.id, passes.c.status.in_([status.value for status in CURRENT_STATUSES])
        )
    ).first()
    return None if row is None else _pass(row)


def _check_taken(current: Pass, account_id: str | None) -> None:
    if current.status is not PassStatus.TAKEN or current.account_id != account_id:
        raise InvalidQuery("This pass is not yours: take it first (review/take)", status=CONFLICT)


def _pass(row: Any) -> Pass:
    return Pass(
        id=row.id,
        job_id=row.job_id,
        position=row.position,
        iwp_name=Iwp(row.iwp_name),
        kind=PassKind(row.kind),
        status=PassStatus(row.status),
        account_id=row.account_id,
        opened=row.opened,
    )
