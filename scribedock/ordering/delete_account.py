"""Deleting an account with its jobs; for the operator."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import Account
from scribedock.db.engine import time_of
from scribedock.db.tables import jobs, tasks
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.host.erasure_journal import ErasedPart, Erasure
from scribedock.jobs.job import UNFINISHED_STATUSES
from scribedock.jobs.listing.filter import JobFilter
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.parts import Parts

SHOWN_JOBS = 3


def delete_account(parts: Parts, account: Account) -> int:
    """Delete the account and its jobs, and leave a tombstone; return how many jobs were deleted.

    Its sessions, API keys and webhook endpoints end, and reviews that it took are open to others again.
    Interrupted, it is to be called again: what is left is deleted then. Raises InvalidQuery for the root, for
    an account with others below it, and while work for one of its jobs is under way.
    """
    if account.deleted is None:
        with parts.database.write() as connection:
            parts.account_administration.bury(connection, account)
            _check_idle(connection, account)
            parts.reviews.release_all(connection, account.id)
            parts.webhook_endpoints.remove_all(connection, account.id)
            now = time_of(connection)
            parts.journal.note(Erasure(at=now, part=ErasedPart.ACCOUNT, id=account.id))
    count = 0
    for page in parts.listing.matching(JobFilter(account_ids=frozenset({account.id}))):
        for job in page:
            try:
                delete_job(parts, job.id, None)
            except ItemNotFound:  # somebody else was faster
                continue
            count += 1
    return count


def _check_idle(connection: Connection, account: Account) -> None:
    query = (
        sa.select(jobs.c.id)
        .join(tasks, tasks.c.job_id == jobs.c.id)
        .where(
            jobs.c.account_id == account.id,
            jobs.c.deleted.is_(None),
            tasks.c.status.in_([status.value for status in UNFINISHED_STATUSES]),
        )
        .distinct()
        .order_by(jobs.c.id)
    )
    busy = list(connection.execute(query).scalars())
    if busy:
        more = len(busy) - SHOWN_JOBS
        raise InvalidQuery(
            f"Work for jobs of {account.username!r} is under way; wait for it, or cancel or delete the jobs: "
            + ", ".join(busy[:SHOWN_JOBS])
            + (f" and {more} more" if more > 0 else "")
        )
