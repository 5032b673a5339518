"""Opening a job on a recording that is there already, for another language, other options, another engine."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Job
from scribedock.jobs.languages import AUTO, spoken_language
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.parts import Parts


@dataclass(frozen=True, kw_only=True)
class AgainRequest:
    """What the new job has of its own; None: what the other one has."""

    name: str | None = None
    language: str | None = None
    external_id: str = ""
    expected_speakers: int | None = None
    remark: str = ""
    """What `Notice` of the new job says from the beginning."""


def open_again(
    parts: Parts,
    capabilities: Capabilities,
    job_id: str,
    visible_accounts: frozenset[str],
    asked: AgainRequest,
) -> tuple[str, str]:
    """Open a job with the recording of another one, and the same owner; return its id and its task's.

    Both jobs refer to the same bytes, which stay until neither does. Raises ItemNotFound, also where
    retention has erased the recording; InvalidOption for the language; InvalidQuery where the recording is
    not there yet, or could not be used.
    """
    language = None if asked.language is None else spoken_language(asked.language)
    if language == AUTO:
        capabilities.check_detection()
    with parts.database.write() as connection:
        job = parts.jobs.fetch_job(connection, job_id, visible_accounts)
        source = parts.related.leading(connection, job)
        source.check_recording_kept()
        owner = parts.accounts.by_id(source.account_id)
        assert owner is not None
        opened_id, _ = parts.jobs.insert_job(
            connection,
            owner,
            name=source.name if asked.name is None else asked.name,
            language=language or source.language,
            language_given=source.language_given if language is None else True,
            external_id=asked.external_id,
            requestor=source.requestor,
            reference=source.reference,
            expected_speakers=asked.expected_speakers or source.expected_speakers,
            remark=asked.remark,
            recording_of=source.recording_of or source.id,
        )
        opened = parts.jobs.fetch_job(connection, opened_id)
        found = parts.media.fetch_media(connection, source.id)
        if found is None or found.storage_key is None:
            raise InvalidQuery(f"Job {source.id} has no recording yet; wait until it is there")
        if found.refused:
            raise InvalidQuery(f"The recording of job {source.id} cannot be used ({_reason(source)})")
        attached = parts.media.attach(
            connection,
            opened,
            found.source,
            storage_key=found.storage_key,
            size=found.bytes,
            etag=found.etag,
            url=found.url,
            replace=False,
        )
    return opened_id, attached.task_id


def _reason(job: Job) -> str:
    return job.failure_reason or "it could not be read"
