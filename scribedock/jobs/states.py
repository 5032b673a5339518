"""What may happen to a job: the state machine as one table.

Source: the state rules of the API (`perform_transcription`, `authorize`, `delete`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scribedock.errors import InvalidQuery
from scribedock.jobs.job import JobStatus

AUTHORIZING = JobStatus.AUTHORIZING
PENDING = JobStatus.PENDING
IN_PROCESS = JobStatus.IN_PROCESS
REVIEWING = JobStatus.REVIEWING
COMPLETE = JobStatus.COMPLETE
MEDIA_FAILURE = JobStatus.MEDIA_FAILURE


class JobEvent(StrEnum):
    ORDERED = "ordered"  # perform_transcription, needing no authorization
    ORDERED_UNAUTHORIZED = "ordered, to be authorized"
    AUTHORIZED = "authorized"
    STARTED = "started"  # a worker took it
    HANDED_OVER = "handed over to people"
    FAILED = "media failed"
    CANCELLED = "cancelled"  # by the operator
    REJECTED = "rejected"  # by a reviewer or its customer: people go over it again
    FINISHED = "finished"  # FINAL is stored


TRANSITIONS: Mapping[tuple[JobStatus, JobEvent], JobStatus] = {
    (PENDING, JobEvent.ORDERED): PENDING,
    (PENDING, JobEvent.ORDERED_UNAUTHORIZED): AUTHORIZING,
    (AUTHORIZING, JobEvent.ORDERED): PENDING,
    (AUTHORIZING, JobEvent.ORDERED_UNAUTHORIZED): AUTHORIZING,
    (AUTHORIZING, JobEvent.AUTHORIZED): PENDING,
    (MEDIA_FAILURE, JobEvent.ORDERED): PENDING,
    (MEDIA_FAILURE, JobEvent.ORDERED_UNAUTHORIZED): AUTHORIZING,
    (PENDING, JobEvent.STARTED): IN_PROCESS,
    (IN_PROCESS, JobEvent.STARTED): IN_PROCESS,
    (AUTHORIZING, JobEvent.CANCELLED): MEDIA_FAILURE,
    (PENDING, JobEvent.CANCELLED): MEDIA_FAILURE,
    (IN_PROCESS, JobEvent.CANCELLED): MEDIA_FAILURE,
    (PENDING, JobEvent.FAILED): MEDIA_FAILURE,
    (IN_PROCESS, JobEvent.FAILED): MEDIA_FAILURE,
    (IN_PROCESS, JobEvent.HANDED_OVER): REVIEWING,
    (IN_PROCESS, JobEvent.FINISHED): COMPLETE,
    (REVIEWING, JobEvent.REJECTED): REVIEWING,
    (REVIEWING, JobEvent.FINISHED): COMPLETE,
}


def first(*, needs_authorization: bool) -> JobStatus:
    """Return the state of a new job."""
    return AUTHORIZING if needs_authorization else PENDING


def after(status: JobStatus, event: JobEvent) -> JobStatus:
    """Return the state that follows. Raises InvalidQuery where the event is not allowed."""
    following = TRANSITIONS.get((status, event))
    if following is None:
        raise InvalidQuery(f"The job is {status}; it cannot be {event} now")
    return following
