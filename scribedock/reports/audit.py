"""The audit log: who did what to which job.

An entry is written before the action, and its outcome afterwards: so there is no action without an entry, and
refused ones are recorded too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.accounts.failed_logins import FailedLogin, FailedLogins
from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import accounts, audit_entries
from scribedock.errors import ErrorType

DONE = "done"
MAX_JOB_ID_LENGTH = 64
MAX_ABOUT_LENGTH = 255
LOGIN = "account/login"
FAILED_SHARE = 4


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    at: datetime
    username: str
    address: str
    call: str
    job_id: str  # as the call named it; the job may not exist
    about: str  # the other account that the call named
    outcome: str  # done, or an ErrorType; empty where the server went down in between
    times: int = 1  # of failed logins within a minute


class Audit:
    def __init__(self, database: Database, failed_logins: FailedLogins) -> None:
        self._database = database
        self._failed_logins = failed_logins

    def begin_entry(
        self, *, account_id: str, address: str, call: str, job_id: str = "", about: str = ""
    ) -> int:
        """Record what is about to be done; return the entry, for `end_entry`."""
        with self._database.write() as connection:
            return int(
                connection.execute(
                    audit_entries.insert()
                    .values(
                        at=utc_now(),
                        account_id=account_id,
                        address=address[:MAX_JOB_ID_LENGTH],
                        call=call,
                        job_id=job_id[:MAX_JOB_ID_LENGTH],
                        about=about[:MAX_ABOUT_LENGTH],
                        outcome="",
                    )
                    .returning(audit_entries.c.id)
                ).scalar_one()
            )

    def end_entry(self, entry: int, outcome: str, *, job_id: str = "") -> None:
        """Record the outcome, and the job that was made."""
        values = {"outcome": outcome, **({"job_id": job_id} if job_id else {})}
        with self._database.stamp() as connection:
            connection.execute(audit_entries.update().where(audit_entries.c.id == entry).values(**values))

    def entries(
        self,
        *,
        job_id: str | None = None,
        account: Account | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """Return the newest entries that pass every filter, oldest first.

        Failed logins, which anybody can cause, are at most a quarter of them.
        """
        failed: list[AuditEntry] = []
        if job_id is None:
            name = None if account is None else account.username
            found = self._failed_logins.newest(username=name, since=since, limit=limit // FAILED_SHARE)
            failed = [_failed(each) for each in found]
        made = self._entries(job_id=job_id, account=account, since=since, limit=limit - len(failed))
        return sorted([*failed, *made], key=lambda entry: entry.at)

    def failed_logins(
        self, *, account: Account | None = None, since: datetime | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Return the newest failed logins, oldest first."""
        name = None if account is None else account.username
        found = self._failed_logins.newest(username=name, since=since, limit=limit)
        return [_failed(each) for each in reversed(found)]

    def _entries(
        self, *, job_id: str | None, account: Account | None, since: datetime | None, limit: int
    ) -> list[AuditEntry]:
        query = (
            sa.select(audit_entries, accounts.c.username)
            .join(accounts, accounts.c.id == audit_entries.c.account_id)
            .order_by(audit_entries.c.id.desc())
            .limit(limit)
        )
        if job_id is not None:
            query = query.where(audit_entries.c.job_id == job_id)
        if account is not None:
            query = query.where(audit_entries.c.account_id == account.id)
        if since is not None:
            query = query.where(audit_entries.c.at >= since)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            AuditEntry(
                at=row.at,
                username=row.username,
                address=row.address,
                call=row.call,
                job_id=row.job_id,
                about=row.about,
                outcome=row.outcome,
            )
            for row in reversed(rows)
        ]

    def sweep(self, older_than: datetime) -> int:
        """Remove older entries; return how many."""
        failed = self._failed_logins.sweep(older_than)
        with self._database.write() as connection:
            return (
                failed
                + connection.execute(audit_entries.delete().where(audit_entries.c.at < older_than)).rowcount
            )


def _failed(login: FailedLogin) -> AuditEntry:
    return AuditEntry(
        at=login.minute,
        username="",
        address=login.address,
        call=LOGIN,
        job_id="",
        about=login.username,
        outcome=ErrorType.LOGIN_INVALID.value,
        times=login.times,
    )
