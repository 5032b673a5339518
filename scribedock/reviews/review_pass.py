"""The pass that people are at, or that waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import passes
from scribedock.errors import InvalidQuery
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.persons.acting import acting_person

CURRENT_STATUSES = (PassStatus.OPEN, PassStatus.TAKEN)
CONFLICT = 409
NO_CORRECTION = "Nobody is correcting this job: begin with review/take and kind=correction"


@dataclass(frozen=True, kw_only=True)
class Pass:
    id: str
    job_id: str
    position: int
    iwp_name: Iwp
    kind: PassKind
    status: PassStatus
    account_id: str | None  # who has taken it
    person_id: str | None  # who of its persons; None: the account itself, by the API
    opened: datetime | None


def following_pass(connection: Connection, current: Pass) -> str | None:
    return connection.execute(
        sa.select(passes.c.id).where(
            passes.c.job_id == current.job_id, passes.c.position == current.position + 1
        )
    ).scalar()


def find_current(connection: Connection, job: Job, kind: PassKind) -> Pass:
    """Find the current pass. Raises InvalidQuery (409) where it is not of this kind."""
    current = pass_under_way(connection, job)
    if current is None or current.kind is not kind:
        if kind is PassKind.CORRECTION:
            raise InvalidQuery(NO_CORRECTION, status=CONFLICT)
        what = "a reviewer" if kind is PassKind.REVIEW else "its customer"
        raise InvalidQuery(f"The job is {job.status} and does not wait for {what}", status=CONFLICT)
    return current


def find_joined(connection: Connection, job: Job, kind: PassKind) -> Pass:
    """Find the pass to work on: for a correction whatever pass is under way. Raises InvalidQuery (409)."""
    if kind is not PassKind.CORRECTION:
        return find_current(connection, job, kind)
    current = pass_under_way(connection, job)
    if current is None:
        raise InvalidQuery(NO_CORRECTION, status=CONFLICT)
    return current


def pass_under_way(connection: Connection, job: Job) -> Pass | None:
    row = connection.execute(
        sa.select(passes).where(
            passes.c.job_id == job.id, passes.c.status.in_([status.value for status in CURRENT_STATUSES])
        )
    ).first()
    return None if row is None else pass_of(row)


class Made(Protocol):
    """Something that somebody has taken or saved."""

    @property
    def account_id(self) -> str | None: ...

    @property
    def person_id(self) -> str | None: ...


def is_own(made: Made, account_id: str | None) -> bool:
    """Return whether it is of whoever acts now in the name of the account.

    Persons of one account are several people; the account itself and its owner, who has its id, are one.
    """
    return (made.person_id or made.account_id) == actor_of(account_id)


def actor_of(account_id: str | None) -> str | None:
    """Return the id of the person who acts now, or that of the account."""
    return acting_person() or account_id


def check_writable(current: Pass, kind: PassKind, account_id: str) -> None:
    """Raise InvalidQuery (409) where the account may not save segments; its customer may in any pass."""
    if kind is not PassKind.CORRECTION:
        check_taken(current, account_id)


def check_taken(current: Pass, account_id: str | None) -> None:
    """Raise InvalidQuery (409) where the account has not taken the pass; a correction is everybody's."""
    if current.kind is PassKind.CORRECTION:
        return
    if current.status is not PassStatus.TAKEN or not is_own(current, account_id):
        raise InvalidQuery("This pass is not yours: take it first (review/take)", status=CONFLICT)


def pass_of(row: Any) -> Pass:
    return Pass(
        id=row.id,
        job_id=row.job_id,
        position=row.position,
        iwp_name=Iwp(row.iwp_name),
        kind=PassKind(row.kind),
        status=PassStatus(row.status),
        account_id=row.account_id,
        person_id=row.person_id,
        opened=row.opened,
    )
