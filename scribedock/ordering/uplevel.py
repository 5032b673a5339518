"""Ordering a second pass over a finished job.

Source: the API's `uplevel`.
"""

from __future__ import annotations

from scribedock.jobs.job import Job, Remark
from scribedock.ordering.parts import Parts
from scribedock.related.uplevels import NewUplevel, check_uplevel, workflow_of


def uplevel_job(
    parts: Parts, job_id: str, visible_accounts: frozenset[str], asked: NewUplevel, *, remark: str = ""
) -> tuple[Job, str]:
    """Create a PROFESSIONAL job that starts from the transcript of a finished one.

    Return it, and what the reference calls the passes that follow. remark: what `Notice` of the new job says
    from the beginning. Raises ItemNotFound; InvalidOption for a priority that this server does not accept;
    InvalidQuery where the job cannot have a second pass.
    """
    with parts.database.write() as connection:
        job = parts.jobs.fetch_job(connection, job_id, visible_accounts)
        check_uplevel(job, parts.uplevels.existing(connection, job))
        made = parts.uplevels.open_uplevel(connection, job, asked)
        parts.jobs.set_remark(connection, made, Remark.ORDERED, remark)
        return made, workflow_of(job)
