"""Who did what to which job.

An entry is written before the deed, and told afterwards how it ended: so there is no deed without an
entry, and what was refused is seen too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import accounts, audit_entries

DONE = "done"
MAX_JOB_ID = 64
MAX_ABOUT = 255


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    at: datetime
    username: str
    address: str
    call: str
    job_id: str  # as it was named: perhaps there is no such job
    about: str  # the other account that was named
    outcome: str  # done, or an ErrorType; empty where the server went down in between


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, *, account_id: str, address: str, call: str, job_id: str = "", about: str = "") -> int:
        """Notes what is about to be done; returns the entry, for `end`."""
        with self._database.write() as connection:
            return int(
                connection.execute(
                    audit_entries.insert()
                    .values(
                        at=utc_now(),
                        account_id=account_id,
                        address=address[:MAX_JOB_ID],
                        call=call,
                        job_id=job_id[:MAX_JOB_ID],
                        about=about[:MAX_ABOUT],
                        outcome="",
                    )
                    .returning(audit_entries.c.id)
                ).scalar_one()
            )

    def end(self, entry: int, outcome: str, *, job_id: str = "") -> None:
        """Notes how it ended, and the job that was made."""
        values = {"outcome": outcome, **({"job_id": job_id} if job_id else {})}
        with self._database.stamp() as connection:
            connection.execute(audit_entries.update().where(audit_entries.c.id == entry).values(**values))

    def entries(
        self,
        *,
        job_id: str | None = None,
        account_id: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """The newest entries that pass every filter, oldest first."""
        query = (
            sa.select(audit_entries, accounts.c.username)
            .join(accounts, accounts.c.id == audit_entries.c.account_id)
            .order_by(audit_entries.c.id.desc())
            .limit(limit)
        )
        for column, value in ((audit_entries.c.job_id, job_id), (audit_entries.c.account_id, account_id)):
            if value is not None:
                query = query.where(column == value)
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
        """Removes the entries of before; returns how many."""
        with self._database.write() as connection:
            return connection.execute(audit_entries.delete().where(audit_entries.c.at < older_than)).rowcount
