"""Deleting a job.

Source: the API's `delete`.
"""

from __future__ import annotations

from scribedock.ordering.parts import Parts
from scribedock.storage.leftovers import remove_object
from scribedock.uploads.uploads import CLOSED_BY_DELETION


def delete_job(parts: Parts, job_id: str, visible_accounts: frozenset[str] | None) -> str:
    """Delete the job, its media and its results, and end its running work; return the TaskId.

    visible_accounts: those whose job it must be; None: any. Raises ItemNotFound, SystemFault.
    """
    deleted = parts.jobs.delete(job_id, visible_accounts)
    parts.uploads.close(job_id, CLOSED_BY_DELETION)
    for key in deleted.storage_keys:
        remove_object(parts.store, key)
    return deleted.task_id
