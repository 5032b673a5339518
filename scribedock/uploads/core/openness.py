"""Whether an upload URL is still good: for a request that comes, and for what is under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs, is_served
from scribedock.uploads.core.states import UploadStatus, status_of
from scribedock.uploads.grant import Grant

ORDERED = "The transcription of this job is ordered already; its media cannot be replaced. Open another job"
AT_ONCE = 500  # jobs in a query


def job_of_url(connection: Connection, found: Jobs, grant: Grant) -> tuple[Job, UploadStatus | None]:
    """The job, if it lives and the URL was not cancelled, and its upload's.

    Raises InvalidQuery: 410, and 403 as long as the job's account is disabled.
    """
    try:
        job = found.fetch(connection, grant.job_id)
    except ItemNotFound:
        raise _deleted() from None
    status = status_of(connection, grant.upload_id)
    if job.upload_epoch != grant.epoch or status is UploadStatus.CANCELLED:
        raise cancelled()
    if not is_served(connection, job.id):
        raise _disabled()
    return job, status


def ended(database: Database, grants: Iterable[Grant]) -> Mapping[str, InvalidQuery]:
    """Of these URLs, by their uploads, those that are good no more, and why; whoever ended them."""
    by_job: dict[str, list[Grant]] = {}
    for grant in grants:
        by_job.setdefault(grant.job_id, []).append(grant)
    found: dict[str, InvalidQuery] = {}
    with database.read() as connection:
        for start in range(0, len(by_job), AT_ONCE):
            some = list(by_job)[start : start + AT_ONCE]
            rows = connection.execute(
                sa.select(
                    jobs.c.id,
                    jobs.c.upload_epoch,
                    jobs.c.order_task_id,
                    jobs.c.deleted,
                    accounts.c.disabled,
                )
                .join(accounts, accounts.c.id == jobs.c.account_id)
                .where(jobs.c.id.in_(some))
            )
            for row in rows:
                for grant in by_job[row.id]:
                    why = _why(row, grant)
                    if why is not None:
                        found[grant.upload_id] = why
    return found


def _why(row: Any, grant: Grant) -> InvalidQuery | None:
    if row.deleted is not None:
        return _deleted()
    if row.order_task_id is not None:
        return InvalidQuery(ORDERED, status=409)
    if row.upload_epoch != grant.epoch:
        return cancelled()
    return None if row.disabled is None else _disabled()


def cancelled() -> InvalidQuery:
    return InvalidQuery("This upload URL was cancelled; get a new one with request_upload_url", status=410)


def _deleted() -> InvalidQuery:
    return InvalidQuery("The job of this upload URL was deleted", status=410)


def _disabled() -> InvalidQuery:
    return InvalidQuery("The account of this upload URL is disabled", status=403)
