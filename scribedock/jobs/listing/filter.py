"""What listed jobs must have, as conditions, and the indexes that find them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from scribedock.db.folding import FOLDED_CHARS, fold
from scribedock.db.tables import jobs
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import TURNAROUND_HOURS, Difficulty, Fidelity, JobStatus, Priority
from scribedock.jobs.turnaround import OVERDUE_STATUSES

CLOCK_DIFFERENCE = timedelta(days=1)
LONGEST_PATTERN = 10_000
LAST_CHARACTER = "\U0010ffff"
ID_BEGINNING = re.compile(r"[0-9a-f]{6,32}\Z")  # fewer digits say too little

NEWEST = "ix_jobs_living"
SMALLEST = "ix_jobs_by_due_date"  # the quickest to count all jobs by
BY_STATE = "ix_jobs_by_state"
BY_NAME = "ix_jobs_by_name"
DATES: Mapping[str, tuple[sa.Column[datetime | None], str]] = {
    "CreationDate": (jobs.c.created, NEWEST),
    "StartDate": (jobs.c.started, "ix_jobs_by_start"),
    "DueDate": (jobs.c.due, "ix_jobs_by_due_date"),
    "CompleteDate": (jobs.c.completed, "ix_jobs_by_completion"),
    "ReturnDate": (jobs.c.returned, "ix_jobs_by_return"),
    "AuthorizationDate": (jobs.c.authorized, "ix_jobs_by_authorization"),
}

# The ordered hours, else those of the priority.
TURNAROUND = sa.func.coalesce(
    jobs.c.turnaround_hours,
    sa.case({name.value: hours for name, hours in TURNAROUND_HOURS.items()}, value=jobs.c.priority),
)


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
        """Raise InvalidQuery where the name is longer than what SQLite compares with."""
        if self.name is not None and len(self.name) > LONGEST_PATTERN:
            raise InvalidQuery(f"A name to look for may have at most {LONGEST_PATTERN} characters")

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what holds of a job that matches, whichever account it is of."""
        found = [jobs.c.deleted.is_(None), *(condition for _, condition in self.ranges())]
        for column, value in (
            (jobs.c.status, self.status),
            (jobs.c.fidelity, self.fidelity),
            (jobs.c.priority, self.priority),
            (jobs.c.difficulty, self.difficulty),
        ):
            if value is not None:
                found.append(column == value.value)
        if self.language is not None:
            found.append(jobs.c.language == self.language)
        if self.search is not None:
            found.append(_is_found_by(self.search))
        if self.overdue_at is not None:
            found.append(jobs.c.status.in_([status.value for status in OVERDUE_STATUSES]))
        if self.turnaround_hours_from is not None:
            found.append(self.turnaround_hours_from <= TURNAROUND)
        if self.turnaround_hours_to is not None:
            found.append(self.turnaround_hours_to >= TURNAROUND)
        if self.name is not None and "*" not in self.name:
            found += _name_is(self.name)
        return found

    def ranges(self) -> Iterator[tuple[str, sa.ColumnElement[bool]]]:
        """Yield the index and the condition of what is found in another order than that of the list."""
        if self.external_id is not None:
            yield "ix_jobs_by_external_id", jobs.c.external_id == self.external_id
        if self.name is not None and "*" in self.name and self.name.strip("*"):
            yield BY_NAME, sa.and_(*_name_matches(self.name))
        if self.overdue_at is not None:
            yield DATES["DueDate"][1], jobs.c.due < self.overdue_at
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

    @property
    def ordered_index(self) -> str:
        """Return the index that has the jobs of an account that match in the order of the list."""
        if self.name is not None and "*" not in self.name:
            return BY_NAME
        return NEWEST if self.status is None else BY_STATE


def _is_found_by(search: str) -> sa.ColumnElement[bool]:
    found = [sa.and_(*_name_matches(f"*{search}*")), jobs.c.external_id == search]
    digits = search.lower().replace("-", "")
    if ID_BEGINNING.match(digits):
        found.append(jobs.c.id.startswith(digits))
    return sa.or_(*found)


def _name_is(name: str) -> Iterator[sa.ColumnElement[bool]]:
    folded = fold(name)
    yield jobs.c.folded_name == folded[:FOLDED_CHARS]
    if len(folded) >= FOLDED_CHARS:
        yield jobs.c.name.ilike(_like(name), escape="\\")


def _name_matches(pattern: str) -> Iterator[sa.ColumnElement[bool]]:
    folded = fold(pattern)
    head, _, rest = folded.partition("*")
    if head:
        yield jobs.c.folded_name.between(head[:FOLDED_CHARS], head[:FOLDED_CHARS] + LAST_CHARACTER)
    if rest or len(head) > FOLDED_CHARS:
        # Of a row that does not match, SQLite reads the index alone: the name itself comes last.
        yield sa.or_(
            jobs.c.folded_name.like(_like(folded), escape="\\"),
            sa.and_(
                sa.func.length(jobs.c.folded_name) == FOLDED_CHARS,
                jobs.c.name.ilike(_like(pattern), escape="\\"),
            ),
        )


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
