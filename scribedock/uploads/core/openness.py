"""Whether an upload URL is still valid: for a new request, and for uploads under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs
from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs, is_served
from scribedock.uploads.core.errors import (
    AccountDisabled,
    JobDeleted,
    TranscriptionOrdered,
    UploadInvalid,
    UrlCancelled,
    UrlClosed,
)
from scribedock.uploads.core.records import UploadStatus
from scribedock.uploads.core.states import status_of
from scribedock.uploads.grant import Grant

JOBS_PER_QUERY = 500


def job_of_url(connection: Connection, found: Jobs, grant: Grant) -> tuple[Job, UploadStatus | None]:
    """Return the job of the URL, and the status of its upload, None where none has begun.

    Raises JobDeleted, UrlCancelled, UploadInvalid; AccountDisabled as long as the job's account is disabled.
    The URL of a part is valid for as long as that of the upload that it belongs to.
    """
    try:
        job = found.fetch_job(connection, grant.job_id)
    except ItemNotFound:
        raise JobDeleted from None
    status = status_of(connection, grant.upload_id)
    known = {status} if grant.parent_id is None else {status, status_of(connection, grant.parent_id)}
    if job.upload_epoch != grant.epoch or UploadStatus.CANCELLED in known:
        raise UrlCancelled
    if UploadStatus.INVALID in known:
        raise UploadInvalid
    if not is_served(connection, job.id):
        raise AccountDisabled
    return job, status


def closed_urls(database: Database, grants: Iterable[Grant]) -> Mapping[str, UrlClosed]:
    """Return the reason, by upload id, for each URL that is no longer valid, whatever process closed it."""
    by_job: dict[str, list[Grant]] = {}
    for grant in grants:
        by_job.setdefault(grant.job_id, []).append(grant)
    found: dict[str, UrlClosed] = {}
    with database.read() as connection:
        for start in range(0, len(by_job), JOBS_PER_QUERY):
            some = list(by_job)[start : start + JOBS_PER_QUERY]
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
                    reason = _why_closed(row, grant)
                    if reason is not None:
                        found[grant.upload_id] = reason
    return found


def _why_closed(row: Any, grant: Grant) -> UrlClosed | None:
    if row.deleted is not None:
        return JobDeleted()
    if row.order_task_id is not None:
        return TranscriptionOrdered()
    if row.upload_epoch != grant.epoch:
        return UrlCancelled()
    return None if row.disabled is None else AccountDisabled()
