"""The audit log: who did what to which job.

An entry is written before the action, and its outcome afterwards: so there is no action without an entry, and
refused ones are recorded too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import Account
from scribedock.accounts.signing_in.failed_logins import FailedLogin, FailedLogins
from scribedock.clock import format_time
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, audit_entries, persons
from scribedock.errors import ErrorType
from scribedock.reports.audit_chain import ChainedEntry, ChainReport, EntryContent, check_chain

DONE = "done"
MAX_JOB_ID_LENGTH = 64
MAX_ABOUT_LENGTH = 255
LOGIN = "account/login"
FAILED_SHARE = 4
ADVISORY_LOCK = 0x5C21BED3
ERASED = ""  # in place of the contents of an entry
EXPORTED_ROWS = 500
BATCH = 500


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
    account_id: str = ""
    person_id: str = ""  # who of the account's persons; empty: the account itself
    person: str = ""  # the name of that person
    previous: str = ""  # hash of the entry before it; see `audit_chain`
    hash: str = ""  # empty: failed logins, and entries of releases without it

    def document(self) -> dict[str, object]:
        """Return the entry as JSON has it, with its place in the chain."""
        names = (
            *("account_id", "person", "person_id", "address", "call", "job_id", "about", "outcome", "times"),
            *("previous", "hash"),
        )
        said = {"at": format_time(self.at), "account": self.username}
        return {**said, **{name: getattr(self, name) for name in names}}

    def chained(self) -> ChainedEntry:
        """Return the entry as a link of the chain."""
        content = EntryContent(
            at=self.at,
            account_id=self.account_id,
            address=self.address,
            call=self.call,
            job_id=self.job_id,
            about=self.about,
            person_id=self.person_id,
        )
        return ChainedEntry(content=content, previous=self.previous, hash=self.hash)


NEWEST_HASH = (
    sa.select(audit_entries.c.hash)
    .where(audit_entries.c.hash.is_not(None))
    .order_by(audit_entries.c.id.desc())
    .limit(1)
)

WITH_NAMES = (
    sa.select(audit_entries, accounts.c.username, persons.c.name.label("person"))
    .join(accounts, accounts.c.id == audit_entries.c.account_id)
    .outerjoin(persons, persons.c.id == audit_entries.c.person_id)
)


class Audit:
    def __init__(self, database: Database, failed_logins: FailedLogins) -> None:
        self._database = database
        self._failed_logins = failed_logins

    def begin_entry(
        self,
        *,
        account_id: str,
        address: str,
        call: str,
        job_id: str = "",
        about: str = "",
        person_id: str | None = None,
    ) -> int:
        """Record what is about to be done; return the entry, for `end_entry`."""
        with self._database.write() as connection:
            if not self._database.is_sqlite:  # which has one writer at a time anyway
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            previous = connection.execute(NEWEST_HASH).scalar() or ""
            content = EntryContent(
                at=time_of(connection),
                account_id=account_id,
                address=address[:MAX_JOB_ID_LENGTH],
                call=call,
                job_id=job_id[:MAX_JOB_ID_LENGTH],
                about=about[:MAX_ABOUT_LENGTH],
                person_id=person_id or "",
            )
            of_entry = asdict(content) | {"person_id": person_id}
            values = {**of_entry, "previous": previous, "hash": content.hash_after(previous)}
            return int(
                connection.execute(
                    audit_entries.insert().values(**values, outcome="").returning(audit_entries.c.id)
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
            WITH_NAMES.where(audit_entries.c.call != ERASED).order_by(audit_entries.c.id.desc()).limit(limit)
        )
        if job_id is not None:
            query = query.where(audit_entries.c.job_id == job_id)
        if account is not None:
            query = query.where(audit_entries.c.account_id == account.id)
        if since is not None:
            query = query.where(audit_entries.c.at >= since)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [_made(row) for row in reversed(rows)]

    def export(self, *, since: datetime | None = None) -> Iterator[AuditEntry]:
        """Yield every entry of the chain, oldest first; those whose contents are erased too."""
        query = WITH_NAMES.where(audit_entries.c.hash.is_not(None)).order_by(audit_entries.c.id)
        if since is not None:
            query = query.where(audit_entries.c.at >= since)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=EXPORTED_ROWS).execute(query):
                yield _made(row)

    def after(self, entry: int, *, limit: int) -> list[tuple[int, AuditEntry]]:
        """Return the entries after that of this id, oldest first, with their ids; none without contents."""
        query = (
            sa.select(audit_entries, accounts.c.username)
            .join(accounts, accounts.c.id == audit_entries.c.account_id)
            .where(audit_entries.c.id > entry, audit_entries.c.call != ERASED)
            .order_by(audit_entries.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(row.id, _made(row)) for row in connection.execute(query)]

    def check(self) -> ChainReport:
        """Check that no entry is missing or was changed since the oldest that is left."""
        return check_chain((f"the entry of {format_time(each.at)}", each.chained()) for each in self.export())

    def hashes(self) -> tuple[frozenset[str], datetime | None]:
        """Return the hashes of all entries, and the time of the oldest."""
        query = sa.select(audit_entries.c.hash, audit_entries.c.at).where(audit_entries.c.hash.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return frozenset(row.hash for row in rows), min((row.at for row in rows), default=None)

    def sweep(self, older_than: datetime, others: Mapping[str, datetime | None] | None = None) -> int:
        """Remove older entries; return how many.

        others: accounts, by their ids, whose entries are removed where they are older than this instead;
        None: never. Where older entries stay, a removed one keeps its place in the chain, without contents.
        """
        limits = others or {}
        newest = max((older_than, *(each for each in limits.values() if each is not None)))
        query = sa.select(audit_entries.c.id, audit_entries.c.account_id, audit_entries.c.at).where(
            audit_entries.c.at < newest, audit_entries.c.call != ERASED
        )
        with self._database.read() as connection:
            old = [
                row.id
                for row in connection.execute(query)
                if (limit := limits.get(row.account_id, older_than)) is not None and row.at < limit
            ]
        for start in range(0, len(old), BATCH):
            with self._database.write() as connection:
                _empty(connection, old[start : start + BATCH])
        with self._database.write() as connection:
            _remove_empty(connection)
        return len(old) + self._failed_logins.sweep(older_than)


def _empty(connection: Connection, ids: list[int]) -> None:
    """Erase the contents of these entries."""
    contents = dict.fromkeys(("address", "call", "job_id", "about", "outcome"), ERASED)
    connection.execute(
        audit_entries.update().where(audit_entries.c.id.in_(ids)).values(contents | {"person_id": None})
    )


def _remove_empty(connection: Connection) -> None:
    """Remove entries without contents up to the first with any; the newest stays, for the next one's sake."""
    first, newest = connection.execute(
        sa.select(
            sa.func.min(audit_entries.c.id).filter(audit_entries.c.call != ERASED),
            sa.func.max(audit_entries.c.id),
        )
    ).one()
    if newest is not None:
        before = newest if first is None else first
        connection.execute(audit_entries.delete().where(audit_entries.c.id < before))


def _made(row: sa.Row[Any]) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        username=row.username,
        address=row.address,
        call=row.call,
        job_id=row.job_id,
        about=row.about,
        outcome=row.outcome,
        account_id=row.account_id,
        person_id=row.person_id or "",
        person=(row.person or row.username) if row.person_id else "",
        previous=row.previous or "",
        hash=row.hash or "",
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
