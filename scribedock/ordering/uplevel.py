"""Ordering a second pass over a finished job.

Source: the API's `uplevel`.
"""

from __future__ import annotations

from scribedock.jobs.job import Job
from scribedock.ordering.parts import Parts
from scribedock.related.uplevels import NewUplevel, check_uplevel, workflow_of


def uplevel_job(
    parts: Parts, job_id: str, visible_accounts: frozenset[str], asked: NewUplevel
) -> tuple[Job, str]:
    """Create a PROFESSIONAL job that starts from the transcript of a finished one.

    Return it, and what the reference calls the passes that follow. Raises ItemNotFound; InvalidOption for a
    priority that this server does not accept; InvalidQuery where the job cannot have a second pass.
    """
    with parts.database.write() as connection:
        job = parts.jobs.fetch_job(connection, job_id, visible_accounts)
        check_uplevel(job, parts.uplevels.existing(connection, job))
        return parts.uplevels.open_uplevel(connection, job, asked), workflow_of(job)
