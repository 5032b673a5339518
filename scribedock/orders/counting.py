"""What is counted when an order ends; called once its transaction is committed."""

from __future__ import annotations

from scribedock import metrics
from scribedock.jobs.job import Job, JobColumns, JobStatus


def count_end(status: JobStatus) -> None:
    """Count an order that has brought its job into this state."""
    metrics.ORDERS.labels(status.name.lower()).inc()


def count_speech(job: Job, media_ms: int, noted: JobColumns) -> None:
    """Count the speech of a recording that was transcribed, but not again for jobs made from another's list.

    noted: columns that were set together with the job's end.
    """
    if job.sandbox or job.leading_id is not None:
        return
    heard_ms = noted.get("speech_ms", job.speech_ms) or 0
    lost_ms = noted.get("unrecognized_ms", job.unrecognized_ms) or 0
    metrics.RECORDED_SECONDS.inc(media_ms / 1000)
    metrics.HEARD_SECONDS.inc(heard_ms / 1000)
    metrics.RECOGNIZED_SECONDS.inc(max(0, heard_ms - lost_ms) / 1000)
    metrics.LOST_SECONDS.inc(lost_ms / 1000)
