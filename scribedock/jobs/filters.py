"""The filters of `job/list`, as conditions on the table of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from scribedock.db.tables import jobs
from scribedock.jobs.job import TURNAROUND_HOURS, Difficulty, Fidelity, JobStatus, Priority

DATE_COLUMNS: Mapping[str, sa.Column[datetime | None]] = {
    "CreationDate": jobs.c.created,
    "StartDate": jobs.c.started,
    "DueDate": jobs.c.due,
    "CompleteDate": jobs.c.completed,
    "ReturnDate": jobs.c.returned,
    "AuthorizationDate": jobs.c.authorized,
}


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a listed job must have; everything left out lets every job through."""

    account_ids: frozenset[str]
    dates_from: Mapping[str, datetime] = field(default_factory=dict)  # keys of DATE_COLUMNS
    dates_to: Mapping[str, datetime] = field(default_factory=dict)
    status: JobStatus | None = None
    fidelity: Fidelity | None = None
    priority: Priority | None = None
    difficulty: Difficulty | None = None
    turnaround_hours_from: float | None = None
    turnaround_hours_to: float | None = None
    name: str | None = None  # `*` stands for anything
    external_id: str | None = None
    limit: int | None = None
    offset: int = 0

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = [jobs.c.account_id.in_(self.account_ids)]
        found += [DATE_COLUMNS[name] >= moment for name, moment in self.dates_from.items()]
        found += [DATE_COLUMNS[name] <= moment for name, moment in self.dates_to.items()]
        for column, value in (
            (jobs.c.status, self.status),
            (jobs.c.fidelity, self.fidelity),
            (jobs.c.priority, self.priority),
            (jobs.c.difficulty, self.difficulty),
        ):
            if value is not None:
                found.append(column == value.value)
        if self.turnaround_hours_from is not None:
            found.append(self.turnaround_hours_from <= TURNAROUND)
        if self.turnaround_hours_to is not None:
            found.append(self.turnaround_hours_to >= TURNAROUND)
        if self.name is not None:
            found.append(jobs.c.name.like(_like(self.name), escape="\\"))
        if self.external_id is not None:
            found.append(jobs.c.external_id == self.external_id)
        return found


# Asked for, else what the priority stands for.
TURNAROUND = sa.func.coalesce(
    jobs.c.turnaround_hours,
    sa.case({name.value: hours for name, hours in TURNAROUND_HOURS.items()}, value=jobs.c.priority),
)


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
