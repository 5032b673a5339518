"""Links with which people without an account watch and read one job, or approve it.

Only the SHA-256 of a link's secret is kept. A link ends after its time, when it is revoked, with its job, and
while the account of the job allows none (`share_links`) or is disabled.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.api_keys import fingerprint
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import accounts, jobs, passes, shares
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.persons.acting import acting_person

SECRET_BYTES = 32
SETTING = "share_links"
PATH = "/web/share/"  # where a link leads, with its secret
MAX_LIVING = 100  # of a job
STAMP_INTERVAL = timedelta(minutes=5)
KEPT_AFTER_END = timedelta(days=30)  # so that a list says what became of a link
CURRENT = (PassStatus.OPEN.value, PassStatus.TAKEN.value)


class SharePurpose(StrEnum):
    VIEWING = "viewing"
    APPROVAL = "approval"


class ShareUnusable(ItemNotFound):
    """The link has expired, was revoked, or never existed."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This link has expired or was revoked; ask for another")


class SharingOff(InvalidQuery):
    """The account of the job allows no links."""

    status = 403

    def __init__(self) -> None:
        super().__init__(f"This account allows no links to its jobs (the setting {SETTING} is false)")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A link to a job, without its secret."""

    id: str
    job_id: str
    purpose: SharePurpose
    label: str  # whom it is for
    pass_id: str | None  # that may be approved by it
    account_id: str | None  # of whoever made it; None: this server mailed it
    person_id: str | None
    created: datetime
    ends: datetime
    last_used: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, kw_only=True)
class MadeShare:
    """A link that was just made, with its secret, which nobody else knows."""

    secret: str
    share: Share


class Shares:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def make(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        purpose: SharePurpose,
        *,
        account_id: str,
        lifetime: timedelta,
        label: str = "",
    ) -> MadeShare:
        """Make a link to a job, in the name of the account.

        Raises ItemNotFound; SharingOff; InvalidQuery for too many, and (409) for a job that does not wait for
        its customer's approval.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            if not _allowed(connection, job.account_id):
                raise SharingOff
            now = time_of(connection)
            living = sa.select(sa.func.count()).where(
                shares.c.job_id == job.id, shares.c.revoked.is_(None), shares.c.ends > now
            )
            if connection.execute(living).scalar_one() >= MAX_LIVING:
                raise InvalidQuery(f"This job has {MAX_LIVING} links already; revoke some of them")
            row = {
                "id": uuid.uuid4().hex,
                "job_id": job.id,
                "purpose": purpose.value,
                "fingerprint": fingerprint(secret),
                "label": label,
                "pass_id": None if purpose is SharePurpose.VIEWING else _awaited_pass(connection, job.id),
                "account_id": account_id,
                "person_id": acting_person(),
                "created": now,
                "ends": now + lifetime,
            }
            connection.execute(shares.insert().values(**row))
            made = _select(connection, shares.c.id == row["id"])
        return MadeShare(secret=secret, share=made[0])

    def note_mailed(self, job_id: str, pass_id: str, token: str, ends: datetime) -> None:
        """List the link that a mail asks for approval with; harmless when repeated."""
        with self._database.write() as connection:
            insert_once(
                connection,
                shares,
                id=uuid.uuid4().hex,
                job_id=job_id,
                purpose=SharePurpose.APPROVAL.value,
                fingerprint=fingerprint(token),
                label="",
                pass_id=pass_id,
                created=time_of(connection),
                ends=ends,
            )

    def are_allowed(self, job: Job) -> bool:
        """Return whether the account of the job allows links to it."""
        with self._database.read() as connection:
            return _allowed(connection, job.account_id)

    def listing(self, job_id: str) -> list[Share]:
        """Return the job's links, the newest first, those that have ended too for a while."""
        with self._database.read() as connection:
            return _select(connection, shares.c.job_id == job_id)

    def revoke(self, share_id: str, visible_accounts: frozenset[str]) -> None:
        """End a link now. Raises ItemNotFound for one that is not to a job of these accounts."""
        with self._database.write() as connection:
            found = _select(connection, shares.c.id == share_id)
            owner = sa.select(jobs.c.account_id).where(jobs.c.id == found[0].job_id) if found else None
            if owner is None or connection.execute(owner).scalar() not in visible_accounts:
                raise ItemNotFound(f"There is no link with the share_id {share_id!r}")
            unrevoked = sa.and_(shares.c.id == share_id, shares.c.revoked.is_(None))
            connection.execute(shares.update().where(unrevoked).values(revoked=time_of(connection)))

    def find_share(self, secret: str) -> Share:
        """Return the link with this secret, and note that it is used. Raises ShareUnusable."""
        with self._database.read() as connection:
            now = time_of(connection)
            found = _select(connection, shares.c.fingerprint == fingerprint(secret))
            usable = (
                found
                and found[0].revoked is None
                and found[0].ends > now
                and _is_served(connection, found[0].job_id)
            )
        if not usable:
            raise ShareUnusable
        share = found[0]
        if share.last_used is None or now - share.last_used > STAMP_INTERVAL:
            with self._database.stamp() as connection:
                connection.execute(shares.update().where(shares.c.id == share.id).values(last_used=now))
        return share

    def sweep(self) -> int:
        """Remove links that ended long ago; return how many."""
        with self._database.write() as connection:
            before = time_of(connection) - KEPT_AFTER_END
            return connection.execute(shares.delete().where(shares.c.ends < before)).rowcount


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Share]:
    columns = [column for column in shares.c if column is not shares.c.fingerprint]
    rows = connection.execute(sa.select(*columns).where(condition).order_by(shares.c.created.desc()))
    return [Share(**{**row, "purpose": SharePurpose(row["purpose"])}) for row in rows.mappings()]


def _awaited_pass(connection: Connection, job_id: str) -> str:
    """Return the id of the pass that waits for the customer. Raises InvalidQuery (409) without one."""
    found: Sequence[Any] = connection.execute(
        sa.select(passes.c.id).where(
            passes.c.job_id == job_id,
            passes.c.kind == PassKind.APPROVAL.value,
            passes.c.status.in_(CURRENT),
        )
    ).all()
    if not found:
        raise InvalidQuery("This job does not wait for its customer's approval", status=409)
    return str(found[0].id)


def _allowed(connection: Connection, account_id: str) -> bool:
    settings = connection.execute(
        sa.select(accounts.c.settings).where(accounts.c.id == account_id)
    ).scalar_one()
    return bool(settings.get(SETTING, True))


def _is_served(connection: Connection, job_id: str) -> bool:
    """Return whether the job lives, and its account is enabled and allows links."""
    row = connection.execute(
        sa.select(jobs.c.account_id)
        .join(accounts, accounts.c.id == jobs.c.account_id)
        .where(jobs.c.id == job_id, jobs.c.deleted.is_(None), accounts.c.disabled.is_(None))
    ).first()
    return row is not None and _allowed(connection, row.account_id)
