"""How soon an order is due, and how soon its work starts.

Source: the priorities of the API and their hours; DueDate = order (or authorization, if later) + turnaround.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from scribedock.errors import InvalidOption
from scribedock.jobs.job import TURNAROUND_HOURS, Job, JobStatus, Priority

# A job that waits for its customer, or has ended without a result, is never late.
TIMED_STATUSES = (JobStatus.PENDING, JobStatus.IN_PROCESS, JobStatus.REVIEWING, JobStatus.COMPLETE)
OVERDUE_STATUSES = tuple(status for status in TIMED_STATUSES if status is not JobStatus.COMPLETE)


def effective_priority(asked: Priority, turnaround_hours: int | None) -> Priority:
    """Raise STANDARD to PRIORITY, silently, for a turnaround shorter than STANDARD's."""
    if (
        asked is Priority.STANDARD
        and turnaround_hours is not None
        and turnaround_hours < TURNAROUND_HOURS[Priority.STANDARD]
    ):
        return Priority.PRIORITY
    return asked


def check_allowed(priority: Priority, allowed: Collection[Priority]) -> None:
    """Raise InvalidOption for a priority that this server does not accept."""
    if priority not in allowed:
        names = ", ".join(each.value for each in Priority if each in allowed)
        raise InvalidOption(
            f"priority: this server takes no orders of priority {priority.value} (a turnaround of less than "
            f"{TURNAROUND_HOURS[Priority.STANDARD]} hours makes STANDARD one of PRIORITY); it takes: {names}"
            if priority is Priority.PRIORITY
            else f"priority: this server takes no orders of priority {priority.value}; it takes: {names}"
        )


def due_date(begin: datetime, priority: Priority, turnaround_hours: int | None) -> datetime:
    """Return when an order is due, counted from `begin`; its own hours override its priority's."""
    return begin + timedelta(hours=turnaround_hours or TURNAROUND_HOURS[priority])


def rank_of(priority: Priority) -> int:
    """Return the rank of a priority, from 0, the most urgent."""
    return sorted(TURNAROUND_HOURS.values()).index(TURNAROUND_HOURS[priority])


def is_late(job: Job, now: datetime) -> bool:
    """Return whether the job is overdue, or was completed after it was due."""
    return job.status in TIMED_STATUSES and job.due is not None and (job.completed or now) > job.due
