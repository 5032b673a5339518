"""A job, its enumerations as the API spells them, and its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from scribedock.clock import format_time
from scribedock.errors import ItemNotFound

if TYPE_CHECKING:
    from scribedock.jobs.order_options import OrderOptions


class JobStatus(StrEnum):
    AUTHORIZING = "Authorizing"
    PENDING = "Pending"
    IN_PROCESS = "In Process"
    REVIEWING = "Reviewing"
    COMPLETE = "Complete"
    MEDIA_FAILURE = "Media Failure"


class Fidelity(StrEnum):
    """The fidelities as the classic dialect shows them; PREMIUM and PROFESSIONAL are the newer names."""

    MECHANICAL = "MECHANICAL"
    STANDARD = "STANDARD"
    HIGH = "HIGH"


FIDELITY_NAMES: Mapping[str, Fidelity] = {
    "MECHANICAL": Fidelity.MECHANICAL,
    "PREMIUM": Fidelity.STANDARD,
    "STANDARD": Fidelity.STANDARD,
    "PROFESSIONAL": Fidelity.HIGH,
    "HIGH": Fidelity.HIGH,
}


class Priority(StrEnum):
    ECONOMY = "ECONOMY"
    STANDARD = "STANDARD"
    HIGH = "HIGH"
    PRIORITY = "PRIORITY"
    CRITICAL = "CRITICAL"


TURNAROUND_HOURS: Mapping[Priority, int] = {
    Priority.ECONOMY: 96,
    Priority.STANDARD: 48,
    Priority.HIGH: 36,
    Priority.PRIORITY: 24,
    Priority.CRITICAL: 12,
}


class Difficulty(StrEnum):
    GOOD = "Good"
    BAD = "Bad"
    UNKNOWN = "Unknown"


class TaskType(StrEnum):
    JOB_CREATED = "JOB_CREATED"
    JOB_DELETED = "JOB_DELETED"
    JOB_UPLOAD_MEDIA = "JOB_UPLOAD_MEDIA"  # bytes are sent to an upload URL
    JOB_ADD_MEDIA = "JOB_ADD_MEDIA"  # media is fetched and probed
    JOB_ADD_TRANSCRIPT = "JOB_ADD_TRANSCRIPT"
    JOB_PERFORM_TRANSCRIPTION = "JOB_PERFORM_TRANSCRIPTION"
    JOB_TRANSLATE = "JOB_TRANSLATE"  # another job's list is translated
    JOB_UPLEVEL = "JOB_UPLEVEL"  # people improve another job's list
    JOB_BURN_IN_CAPTION = "JOB_BURN_IN_CAPTION"  # a video with captions in it is made and mailed
    JOB_ASK_FOR_APPROVAL = "JOB_ASK_FOR_APPROVAL"  # the customer gets mail
    JOB_MAKE_MEDIA = "JOB_MAKE_MEDIA"  # an mp3 or mp4 file is made from the recording
    JOB_CORRECT = "JOB_CORRECT"  # a correction of the finished job was published
    JOB_REJECT = "JOB_REJECT"  # a pass over it was rejected; its info is the note
    JOB_APPROVE = "JOB_APPROVE"  # a pass was approved with a comment, which is its info
    JOB_REALIGN = "JOB_REALIGN"  # words that a reviewer edited get their times
    JOB_RECOGNIZE_SPAN = "JOB_RECOGNIZE_SPAN"  # a stretch is recognized once more for a reviewer


class TaskStatus(StrEnum):
    QUEUED = "QUEUED"
    INPROGRESS = "INPROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


UNFINISHED_STATUSES = (TaskStatus.QUEUED, TaskStatus.INPROGRESS)


@dataclass(frozen=True, kw_only=True)
class Task:
    id: str
    job_id: str
    type: TaskType
    status: TaskStatus
    info: str
    requested: datetime


class Remark(StrEnum):
    """What something is about that must be said of a job from its beginning, in every state."""

    EXTERNAL_ID = "external_id"
    MEDIA_URL = "media_url"
    OPENED = "opened"
    ORDERED = "ordered"


@dataclass(frozen=True, kw_only=True)
class Job:
    id: str
    account_id: str
    username: str
    branch_id: str  # of its account: see `accounts`
    name: str
    external_id: str
    language: str
    target_language: str
    status: JobStatus
    fidelity: Fidelity | None
    priority: Priority | None
    difficulty: Difficulty
    created: datetime
    started: datetime | None
    due: datetime | None
    completed: datetime | None
    returned: datetime | None
    authorized: datetime | None
    deleted: datetime | None
    turnaround_hours: int | None
    media_ms: int | None  # known once the media was probed
    failure_reason: str | None
    engine: str | None
    progress: float  # 0..1
    upload_epoch: int  # raised to make every upload URL of the job invalid
    order_task_id: str | None  # set while an order is under way or done
    callback_url: str | None
    options: OrderOptions
    requestor: str = ""
    reference: str = ""
    expected_speakers: int | None = None
    reviewed: bool = False  # people reviewed it
    leading_id: str | None = None  # of the job that this one is made from, directly or not
    recording_of: str | None = None  # the job that had its recording first, where that is another
    notice: str | None = None  # what the caller must know about the result
    remarks: Mapping[Remark, str] = field(default_factory=dict)  # what must be said from the beginning
    speech_ms: int | None = None  # in which somebody speaks; known once the recording was recognized
    worded_ms: int | None = None  # of speech_ms, what became words
    unrecognized_ms: int | None = None  # of speech_ms, where the recognizer failed
    words: int | None = None  # that were recognized
    words_in_doubt: int | None = None  # of words; None where the recognizer does not know how sure it is
    words_aligned: int | None = None  # whose time alignment found in the sound
    words_estimated: int | None = None  # whose time is a share of that of the words around
    language_given: bool = True  # by the client; otherwise the language that is heard replaces it
    sandbox: bool = False  # nothing is transcribed: the result is a prepared one
    protected: bool = False  # nothing of it is erased by retention
    recording_erased: datetime | None = None  # by retention, and not added again
    results_erased: datetime | None = None  # by retention

    def check_results_kept(self) -> None:
        """Raise ItemNotFound where retention has erased the results."""
        if self.results_erased is not None:
            raise erased_error("results", self.results_erased)

    def check_recording_kept(self) -> None:
        """Raise ItemNotFound where retention has erased the job's own recording."""
        if self.recording_erased is not None:
            raise erased_error("recording", self.recording_erased)


def erased_error(what: str, at: datetime) -> ItemNotFound:
    """Return the error that says when retention has erased `what` of a job."""
    return ItemNotFound(
        f"Erased by the retention of its account at {format_time(at)} UTC: the {what} of this job"
    )


class JobColumns(TypedDict, total=False):
    """The columns that an event in a job's life sets; enumerations as the database spells them."""

    language: str
    target_language: str
    fidelity: str
    priority: str
    difficulty: str
    started: datetime | None
    due: datetime | None
    completed: datetime | None
    returned: datetime | None
    authorized: datetime | None
    account_id: str
    turnaround_hours: int | None
    media_ms: int | None
    failure_reason: str | None
    engine: str | None
    progress: float
    order_task_id: str | None
    callback_url: str | None
    options: dict[str, object]
    requestor: str
    expected_speakers: int | None
    reviewed: bool
    notice: str | None
    remarks: dict[Remark, str]
    speech_ms: int | None
    worded_ms: int | None
    unrecognized_ms: int | None
    words: int | None
    words_in_doubt: int | None
    words_aligned: int | None
    words_estimated: int | None
    protected: bool
    recording_erased: datetime | None
    results_erased: datetime | None
