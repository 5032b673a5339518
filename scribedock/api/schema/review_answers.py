"""The answers of the calls about reviews, and the body of a save of single segments."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from scribedock.api.schema.answers import (
    Date,
    ElementList,
    Id,
    ListSegment,
    ListSpeaker,
    Milliseconds,
    PerhapsDate,
    Seconds,
)
from scribedock.errors import ErrorType
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import JobStatus, Priority, TaskStatus
from scribedock.orders.passes import PassStatus


class ReviewEntry(TypedDict):
    """A pass; `taken_by` is empty while nobody has taken it, `mine` says that the caller has."""

    job_id: Id
    job_name: str
    username: str
    iwp_name: Iwp
    status: PassStatus
    taken_by: str
    mine: bool
    language: str
    priority: Priority | Literal[""]
    due: PerhapsDate
    media_length: NotRequired[Seconds]
    opened: PerhapsDate
    notes: str
    decisions: list[ReviewDecision]


class ReviewDecision(TypedDict):
    """A rejection, or an approval with a comment; `username` is empty where it came by the link in a mail."""

    decision: Literal["rejected", "approved"]
    iwp_name: Iwp
    comment: str
    username: str
    at: Date


class TakenPass(TypedDict):
    iwp_name: Iwp


class SavedVersion(TypedDict):
    version: Date


class RealignmentTask(TypedDict):
    task_id: Id


class SpanTask(TypedDict):
    task_id: Id


class RecognizedSpan(TypedDict):
    """A stretch that the caller has asked for; `segments` once its task is COMPLETE.

    `language` is that of the words; before, the one that was asked for, empty for the job's. `problem` says
    why nothing was recognized, and `notice` what was heard of the language.
    """

    task_id: Id
    status: TaskStatus
    problem: str
    start: Milliseconds
    end: Milliseconds
    language: str
    notice: str
    segments: list[ListSegment]


class ApprovedPass(TypedDict):
    JobStatus: JobStatus


class RejectedPass(TypedDict):
    JobStatus: JobStatus
    iwp_name: Iwp


class ReviewedList(TypedDict):
    iwp_name: Iwp
    version: Date
    versions: list[Date]
    decisions: list[ReviewDecision]
    elementlist: ElementList


class ChangedPlaces(TypedDict):
    """Segments from `first` on, counted from 0, in the list just before the change."""

    first: int
    removed: int
    added: int


class SegmentChange(TypedDict):
    """Segments that take the place of `removed` others from `first` on, counted from 0."""

    first: int
    removed: int
    segments: list[ListSegment]


class SegmentChanges(TypedDict):
    """Changes in ascending order, all in the list that was edited, and speakers that are new or other."""

    changes: list[SegmentChange]
    speakers: NotRequired[list[ListSpeaker]]


class SavedSegmentsAnswer(TypedDict):
    version: Date
    changes: list[ChangedPlaces]
    merged: bool
    task_id: NotRequired[Id]


class SegmentConflict(TypedDict):
    """A change that was not saved, with what is now in its place, and who saved that."""

    change: int
    first: int
    removed: int
    segments: list[ListSegment]
    username: str
    version: Date


class SegmentConflicts(TypedDict):
    ErrorType: ErrorType
    ErrorComment: str
    Conflicts: list[SegmentConflict]
    version: Date


class ChangedSegments(TypedDict):
    version: Date
    username: str
    changes: list[SegmentChange]
    speakers: list[ListSpeaker]
