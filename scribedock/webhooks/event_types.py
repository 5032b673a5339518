"""The kinds of events."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """What an event tells, as its `type` spells it."""

    JOB_CREATED = "job.created"
    UPLOAD_RECEIVED = "upload.received"  # a job's recording is here, whichever way it came
    VERSION_PUBLISHED = "version.published"  # an ElementList has a new version
    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"  # its media failed, or its order was cancelled
    TEST = "webhook.test"  # sent on demand


SUBSCRIBABLE = tuple(each for each in EventType if each is not EventType.TEST)
