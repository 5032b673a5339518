"""What listed jobs must have, as conditions, and the indexes that find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

import sqlalchemy as sa

from scribedock.db.tables import jobs
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import TURNAROUND_HOURS, Difficulty, Fidelity, JobStatus, Priority
from scribedock.jobs.listing.names import folded_beginning, name_is, name_matches
from scribedock.jobs.turnaround import OVERDUE_STATUSES

CLOCK_DIFFERENCE = timedelta(days=1)
LONGEST_PATTERN = 10_000
MAX_HOURS = 10**9  # more than a turnaround can be
ID_BEGINNING = re.compile(r"[0-9a-f]{6,32}\Z")  # fewer digits say too little

NEWEST = "ix_jobs_living"
BY_DUE_DATE = "ix_jobs_by_due_date"
SMALLEST = BY_DUE_DATE  # the quickest to count all jobs by
BY_STATE = "ix_jobs_by_state"
BY_NAME = "ix_jobs_by_name"
BY_EXTERNAL_ID = "ix_jobs_by_external_id"
BY_TURNAROUND = "ix_jobs_by_turnaround"
DATES: Mapping[str, tuple[sa.Column[datetime | None], str]] = {
    "CreationDate": (jobs.c.created, NEWEST),
    "StartDate": (jobs.c.started, "ix_jobs_by_start"),
    "DueDate": (jobs.c.due, BY_DUE_DATE),
    "CompleteDate": (jobs.c.completed, "ix_jobs_by_completion"),
    "ReturnDate": (jobs.c.returned, "ix_jobs_by_return"),
    "AuthorizationDate": (jobs.c.authorized, "ix_jobs_by_authorization"),
}

# The ordered hours, else those of the priority; as its index has it.
TURNAROUND: sa.ColumnElement[int] = sa.literal_column(
    "coalesce(jobs.turnaround_hours, CASE jobs.priority "
    + " ".join(f"WHEN '{name.value}' THEN {hours}" for name, hours in TURNAROUND_HOURS.items())
    + " END)",
    sa.Integer,
)


@dataclass(frozen=True, kw_only=True)
class ValueFilter:
    """A condition whose index has the jobs of each account and value in the order of the list."""

    index: str
    column: sa.ColumnElement[Any]
    values: Sequence[Any]  # any of them matches


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a listed job must have; anything left out matches every job."""

    account_ids: frozenset[str] | None  # None: of any account
    dates_from: Mapping[str, datetime] = field(default_factory=dict)  # keys of DATES
    dates_to: Mapping[str, datetime] = field(default_factory=dict)
    status: JobStatus | None = None
    fidelity: Fidelity | None = None
    priority: Priority | None = None
    difficulty: Difficulty | None = None
    turnaround_hours_from: float | None = None
    turnaround_hours_to: float | None = None
    name: str | None = None  # `*` stands for anything
    external_id: str | None = None
    language: str | None = None  # of the list
    search: str | None = None  # part of the name, the external id, or the beginning of the id
    overdue_at: datetime | None = None  # due before then, and neither finished nor failed
    limit: int | None = None
    offset: int = 0

    def __post_init__(self) -> None:
        """Raise InvalidQuery where a name is longer than what SQLite compares with."""
        if max(len(self.name or ""), len(self.search or "")) > LONGEST_PATTERN:
            raise InvalidQuery(f"A name to look for may have at most {LONGEST_PATTERN} characters")

    def conditions(self, besides: ValueFilter | None = None) -> list[sa.ColumnElement[bool]]:
        """Return what holds of a job that matches, whichever account it is of.

        besides: a condition that is left out.
        """
        found = [jobs.c.deleted.is_(None), *(condition for _, condition in self.ranges())]
        known = None if besides is None else (besides.index, besides.values)
        found += [
            each.column.in_(each.values) for each in self._values() if (each.index, each.values) != known
        ]
        if self.search is not None:
            found.append(self.found_by_search())
        if self.turnaround_from is not None:
            found.append(self.turnaround_from <= TURNAROUND)
        if self.turnaround_to is not None:
            found.append(self.turnaround_to >= TURNAROUND)
        if self.name is not None and "*" not in self.name:
            found += name_is(self.name)
        return found

    def ranges(self) -> Iterator[tuple[str, sa.ColumnElement[bool]]]:
        """Yield the index and the condition of what is found in another order than that of the list."""
        if self.external_id is not None:
            yield BY_EXTERNAL_ID, jobs.c.external_id == self.external_id
        if self.name is not None and "*" in self.name and self.name.strip("*"):
            yield BY_NAME, sa.and_(*name_matches(self.name))
        if self.overdue_at is not None:
            yield BY_DUE_DATE, jobs.c.due < self.overdue_at
        for name, (column, index) in DATES.items():
            earliest, latest = self.dates_from.get(name), self.dates_to.get(name)
            if earliest is not None or latest is not None:
                bounds = [] if earliest is None else [column >= earliest]
                bounds += [] if latest is None else [column <= latest]
                yield index, sa.and_(*bounds)

    def created_by_then(self) -> Iterator[sa.ColumnElement[bool]]:
        """Yield what the latest dates say of the creation, which comes first, by whatever machine's clock."""
        for latest in self.dates_to.values():
            yield jobs.c.created <= latest + CLOCK_DIFFERENCE

    def found_by_search(self) -> sa.ColumnElement[bool]:
        """Build the condition of what `search` finds, by a name, an external id or an id."""
        assert self.search is not None
        found = [sa.and_(*name_matches(self.searched_name)), jobs.c.external_id == self.search]
        if self.searched_digits:
            found.append(jobs.c.id.startswith(self.searched_digits))
        return sa.or_(*found)

    @property
    def searched_name(self) -> str:
        """Return the pattern that `search` compares names with."""
        return f"*{self.search}*"

    @property
    def searched_digits(self) -> str:
        """Return how the id of a job begins that `search` finds by it; empty: none is."""
        digits = (self.search or "").lower().replace("-", "")
        return digits if ID_BEGINNING.match(digits) else ""

    def in_order(self, turnarounds: Sequence[int] | None) -> Iterator[ValueFilter]:
        """Yield the conditions by each of which the jobs can be read in the order of the list.

        turnarounds: the values between the bounds that jobs have; None: too many.
        """
        if self.name is not None and "*" not in self.name:
            yield ValueFilter(index=BY_NAME, column=jobs.c.folded_name, values=[folded_beginning(self.name)])
        yield from self._values()
        if turnarounds is not None and self.has_turnaround:
            yield ValueFilter(index=BY_TURNAROUND, column=TURNAROUND, values=turnarounds)

    @property
    def is_search_only(self) -> bool:
        """Return whether the filter asks for nothing but what `search` finds."""
        others = replace(self, search=None, limit=None, offset=0)
        return self.search is not None and others == JobFilter(account_ids=self.account_ids)

    @property
    def counted_by(self) -> str:
        """Return the index that most or all is in of what jobs are counted by."""
        ranges = [index for index, _ in self.ranges()]
        elsewhere = [index for index in ranges if index not in (NEWEST, BY_DUE_DATE)]
        if elsewhere:
            return elsewhere[0]
        values = list(self.in_order([]))
        if len(values) + len(ranges) == 1:
            return [*ranges, *(each.index for each in values)][0]
        return NEWEST if values or ranges else SMALLEST

    @property
    def has_turnaround(self) -> bool:
        """Return whether it matters within how many hours a job was ordered."""
        return self.turnaround_from is not None or self.turnaround_to is not None

    @property
    def turnaround_from(self) -> int | None:
        """Return the least turnaround that matches, in whole hours."""
        return None if self.turnaround_hours_from is None else ceil(_possible(self.turnaround_hours_from))

    @property
    def turnaround_to(self) -> int | None:
        """Return the greatest turnaround that matches, in whole hours."""
        return None if self.turnaround_hours_to is None else floor(_possible(self.turnaround_hours_to))

    def _values(self) -> Iterator[ValueFilter]:
        for index, column, value in (
            ("ix_jobs_by_language", jobs.c.language, self.language),
            ("ix_jobs_by_fidelity", jobs.c.fidelity, self.fidelity),
            ("ix_jobs_by_priority", jobs.c.priority, self.priority),
            ("ix_jobs_by_difficulty", jobs.c.difficulty, self.difficulty),
            (BY_STATE, jobs.c.status, self.status),
        ):
            if value is not None:
                yield ValueFilter(index=index, column=column, values=[str(value)])
        if self.overdue_at is not None:
            states = [status.value for status in OVERDUE_STATUSES]
            yield ValueFilter(index=BY_STATE, column=jobs.c.status, values=states)


def _possible(hours: float) -> float:
    return min(max(hours, -MAX_HOURS), MAX_HOURS)
