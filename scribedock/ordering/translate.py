"""Ordering translations of a job's transcript, finished or not.

Source: the API's `translate`.
"""

from __future__ import annotations

from collections.abc import Sequence

from scribedock.errors import InvalidQuery, MissingParameter
from scribedock.jobs.job import Fidelity, Job, Priority, Remark
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.parts import Parts
from scribedock.related.related import language_of
from scribedock.related.translations import Child
from scribedock.related.uplevels import NewUplevel


def translate_job(
    parts: Parts,
    capabilities: Capabilities,
    job_id: str,
    visible_accounts: frozenset[str],
    languages: Sequence[str],
    *,
    approve_uplevel: bool | None,
    remark: str = "",
) -> list[Child]:
    """Create a job for each language that has none yet; return the job of each.

    A MECHANICAL or PREMIUM transcript gets its second pass first, which approve_uplevel must allow. remark:
    what `Notice` of a created job says from the beginning.

    Raises ItemNotFound, also where retention has erased the recording that a translation would be made from;
    InvalidOption for a language that cannot be translated into; MissingParameter,
    InvalidQuery without approval, and for a job that was not ordered.
    """
    job = parts.jobs.find_job(job_id, visible_accounts)
    targets = capabilities.target_languages(job, languages)
    if all(language == language_of(job) for language in targets):
        raise InvalidQuery(f"target_languages: name at least one language other than {language_of(job)}")
    with parts.database.write() as connection:
        job = parts.jobs.fetch_job(connection, job_id, visible_accounts)
        if not job.sandbox and capabilities.needs_recording(job, targets):
            parts.related.leading(connection, job).check_recording_kept()
        if job.order_task_id is None:
            raise InvalidQuery(
                f"The job is {job.status} and nothing was ordered yet; use perform_transcription first"
            )
        job.check_results_kept()
        source = job
        if _needs_uplevel(job):
            uplevel = parts.uplevels.existing(connection, job)
            if uplevel is None:
                _check_approved(job, approve_uplevel)
                job.check_recording_kept()
                new = NewUplevel(priority=job.priority or Priority.STANDARD)
                uplevel = parts.uplevels.open_uplevel(connection, job, new)
            source = uplevel
            source.check_results_kept()
        children = parts.translations.open_missing(
            connection,
            source,
            targets,
            fidelity=Fidelity.HIGH,
            priority=job.priority or Priority.STANDARD,
            callback_url=job.callback_url,
            options=job.options,
        )
        for child in children:
            if child.created:
                parts.jobs.set_remark(connection, child.job, Remark.ORDERED, remark)
        return children


def _check_approved(job: Job, approve_uplevel: bool | None) -> None:
    if approve_uplevel is None:
        raise MissingParameter(
            f"Missing required parameter: approve_uplevel (the job is {job.fidelity}; "
            "it is upleveled before it is translated: send approve_uplevel=true)"
        )
    if not approve_uplevel:
        raise InvalidQuery(
            f"approve_uplevel: a {job.fidelity} job must be upleveled before it is translated; send true"
        )


def _needs_uplevel(job: Job) -> bool:
    """Return whether a second pass comes first.

    Only a transcript is upleveled; a translation follows the transcript that it is made from.
    """
    return job.fidelity in (Fidelity.MECHANICAL, Fidelity.STANDARD) and not (
        job.leading_id is not None and job.target_language
    )
