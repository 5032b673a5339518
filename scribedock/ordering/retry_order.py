"""Ordering again what has failed, on the terms of the order that failed; for the operator."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Fidelity, Job, JobStatus, Remark
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.parts import Parts
from scribedock.ordering.place_order import TranscriptionRequest, order_job
from scribedock.orders.callback_url import check_callback_url


def retry_order(parts: Parts, capabilities: Capabilities, job_id: str, *, refused_media: bool = False) -> str:
    """Order a failed job again; return the TaskId of the new order.

    A recording that could not be fetched is fetched again. The job is due as if it were ordered now. It needs
    no new authorization, because it would not have failed without one.

    refused_media: order it even though its recording could not be read: a limit was raised, or this release
    reads more. Raises ItemNotFound; InvalidQuery for a job that has not failed or whose recording cannot be
    used; InvalidOption for what this server does not do (any more).
    """
    job = parts.jobs.find_job(job_id)
    if job.status is not JobStatus.MEDIA_FAILURE:
        raise InvalidQuery(f"Only a job that failed can be retried; job {job.id} is {job.status}")
    if job.leading_id is not None:
        with parts.database.write() as connection:
            return parts.related.order_again(connection, parts.jobs.fetch_job(connection, job_id))
    check_callback_url(parts.fetcher, job.callback_url)

    def bring(connection: Connection, current: Job) -> None:
        media = parts.media.media_of_job(current.id)
        if media is None or not media.refused:
            return
        if media.storage_key is None and media.url is not None:
            parts.media.attach(
                connection, current, media.source, storage_key=None, size=None, url=media.url, replace=False
            )
        elif refused_media:
            parts.media.accept(connection, current)
        else:
            raise InvalidQuery(
                f"The recording of job {current.id} cannot be used ({current.failure_reason}); "
                "refused_media orders it all the same"
            )

    return order_job(
        parts,
        capabilities,
        job,
        TranscriptionRequest(
            fidelity=job.fidelity or Fidelity.MECHANICAL,
            priority=job.priority,
            turnaround_hours=job.turnaround_hours,
            callback_url=job.callback_url,
            target_languages=[code for code in job.target_language.split(",") if code],
            options=job.options,
            remark=job.remarks.get(Remark.ORDERED, ""),
        ),
        bring=bring,
    )
