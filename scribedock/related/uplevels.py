"""Second passes ("uplevel"): a PROFESSIONAL job that starts from the list of a finished one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Fidelity, Job, JobStatus, Priority, TaskType
from scribedock.jobs.order_options import OrderOptions
from scribedock.jobs.turnaround import check_allowed
from scribedock.orders.notes import joined
from scribedock.related.related import JobRelations, NewRelated

# The first is the reference's own term; it has none for a PREMIUM job.
WORKFLOWS = {
    Fidelity.MECHANICAL: "MechFP 2nd Pass Only",
    Fidelity.STANDARD: "PremiumFP 2nd Pass Only",
}
TIMING_NOTE = "Please check the times of the words too."


@dataclass(frozen=True, kw_only=True)
class NewUplevel:
    """What a second pass is created with."""

    priority: Priority
    speaker_id: bool = False
    timing: bool = False  # the reviewer is asked to check the times too
    requestor: str = ""
    reference: str = ""


class Uplevels:
    def __init__(self, related: JobRelations, *, priorities: Collection[Priority]) -> None:
        """Accept orders of these priorities only."""
        self._related = related
        self._priorities = frozenset(priorities)

    def existing(self, connection: Connection, job: Job) -> Job | None:
        """Return the living job that was created for a second pass over this one."""
        for each in self._related.related_jobs(connection, job.leading_id or job.id):
            if not each.target_language and each.id != job.id and each.order_task_id is not None:
                return each
        return None

    def open_uplevel(self, connection: Connection, job: Job, new: NewUplevel) -> Job:
        """Create a job for a second pass over `job`, which was read in this write transaction.

        Raises InvalidOption for a priority that this server does not accept.
        """
        check_allowed(new.priority, self._priorities)
        ordered = job.options
        options = OrderOptions(
            custom_metadata=ordered.custom_metadata,
            notes=joined(TIMING_NOTE, ordered.notes or "") if new.timing else ordered.notes,
            enable_true_verbatim=ordered.enable_true_verbatim,
            music_lyrics=ordered.music_lyrics,
            on_screen_text=ordered.on_screen_text,
            speaker_id=True if new.speaker_id else None,
        )
        return self._related.open_related(
            connection,
            job,
            NewRelated(
                task_type=TaskType.JOB_UPLEVEL,
                target_language="",
                fidelity=Fidelity.HIGH,
                priority=new.priority,
                options=options,
                requestor=new.requestor,
                reference=new.reference,
            ),
        )


def workflow_of(job: Job) -> str:
    """Return what the reference calls the passes that follow a second pass over the job."""
    return WORKFLOWS[job.fidelity or Fidelity.MECHANICAL]


def check_uplevel(job: Job, existing: Job | None) -> None:
    """Raise InvalidQuery where the job is not finished, is PROFESSIONAL, or has its second pass already.

    Raises ItemNotFound where retention has erased what a second pass needs.
    """
    if job.status is not JobStatus.COMPLETE:
        raise InvalidQuery(f"The job is {job.status}; it can be upleveled once it is Complete")
    if job.fidelity is Fidelity.HIGH:
        raise InvalidQuery("The job is PROFESSIONAL already; there is nothing above it")
    if job.leading_id is not None:
        raise InvalidQuery(f"This is a related job; uplevel its leading job {job.leading_id}")
    if existing is not None:
        raise InvalidQuery(f"The job was upleveled already: see job {existing.id}")
    job.check_results_kept()
    job.check_recording_kept()
