"""How the jobs of a list are found.

A page of the newest takes about the same time however many jobs there are: each account's are read from an
index in the order of the list, all accounts' merged, until the page is full. Where one condition leaves few,
these are found by an index of its own and then sorted. What neither helps with, such as two conditions that
many jobs fulfil and none both, reads the jobs of the accounts one by one, mostly from an index alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import accounts, jobs
from scribedock.jobs.listing.filter import (
    BY_EXTERNAL_ID,
    BY_NAME,
    NEWEST,
    TURNAROUND,
    JobFilter,
    ValueFilter,
)
from scribedock.jobs.listing.names import candidates, name_matches

FEW_JOBS = 1000  # are sorted in the time of reading some hundred jobs in order
MERGED_LISTS = 100
MAX_TURNAROUNDS = 20
BY_AGE = attrgetter("created", "id")
NEWEST_FIRST: tuple[sa.UnaryExpression[Any], ...] = (sa.desc("created"), sa.desc("id"))


@dataclass(frozen=True, kw_only=True)
class FoundJobs:
    """Which jobs matched at one moment, newest first."""

    ids: Sequence[str]
    total: int  # without the filter's limit and offset


def find_jobs(connection: Connection, job_filter: JobFilter) -> FoundJobs:
    """Return which living jobs match the filter."""
    offset, limit = job_filter.offset, job_filter.limit
    few = _few(connection, job_filter)
    if few is not None:
        return FoundJobs(ids=few[offset : None if limit is None else offset + limit], total=len(few))
    if limit is None:
        ids: Sequence[str] = connection.execute(_all(job_filter).offset(offset)).scalars().all()
        if ids or not offset:
            return FoundJobs(ids=ids, total=offset + len(ids))
        return FoundJobs(ids=ids, total=count_jobs(connection, job_filter))
    chosen, is_few = _chosen(connection, job_filter)
    ids = _newest(connection, job_filter, chosen, offset, limit)
    if len(ids) < limit and (ids or not offset):
        return FoundJobs(ids=ids, total=offset + len(ids))
    return FoundJobs(ids=ids, total=_count(connection, job_filter, chosen if is_few else None))


def count_jobs(connection: Connection, job_filter: JobFilter) -> int:
    """Return how many living jobs match the filter, without its limit and offset."""
    chosen, is_few = _chosen(connection, job_filter)
    return _count(connection, job_filter, chosen if is_few else None)


def _few(connection: Connection, job_filter: JobFilter) -> list[str] | None:
    """Return all jobs that match, where few of the accounts' fulfil one of the conditions; else None."""
    for index, condition in job_filter.ranges():
        if index == NEWEST:
            continue
        if index == BY_NAME:
            assert job_filter.name is not None
            rows = _with_name(connection, job_filter, job_filter.name)
        elif _is_few(connection, job_filter, index, condition):
            rows = _rows(connection, job_filter, index, condition)
        else:
            continue
        if rows is not None:
            return _sorted(rows)
    found = None if job_filter.search is None else _searched(connection, job_filter)
    return None if found is None else _sorted(found)


def _with_name(connection: Connection, job_filter: JobFilter, pattern: str) -> Sequence[Any] | None:
    """Return few jobs among which are all with a name like the pattern; else None."""
    if pattern.startswith("*"):
        ids = candidates(connection, pattern, FEW_JOBS)
        if ids is not None:
            return _rows(connection, job_filter, None, jobs.c.id.in_(ids))
    return _rows(connection, job_filter, BY_NAME, sa.and_(*name_matches(pattern)))


def _searched(connection: Connection, job_filter: JobFilter) -> set[Any] | None:
    """Return few jobs among which are all that `search` finds; else None."""
    named = _with_name(connection, job_filter, job_filter.searched_name)
    numbered = None if named is None else _numbered(connection, job_filter, sa.true())
    return None if named is None or numbered is None else numbered.union(named)


def _numbered(
    connection: Connection, job_filter: JobFilter, further: sa.ColumnElement[bool]
) -> set[Any] | None:
    """Return few jobs that `search` finds by an id, and that `further` holds of; None: many."""
    by_external_id = sa.and_(jobs.c.external_id == job_filter.search, further)
    found = _rows(connection, job_filter, BY_EXTERNAL_ID, by_external_id)
    digits = job_filter.searched_digits
    if found is None or not digits:
        return None if found is None else set(found)
    is_sqlite = connection.dialect.name == "sqlite"  # has no index for LIKE
    begins = jobs.c.id.between(digits, f"{digits}g") if is_sqlite else jobs.c.id.startswith(digits)
    begun = _rows(connection, job_filter, None, sa.and_(begins, further))
    return None if begun is None else {*found, *begun}


def _is_few(
    connection: Connection, job_filter: JobFilter, index: str, condition: sa.ColumnElement[bool]
) -> bool:
    """Return whether few jobs fulfil the condition, of which no more than the index is read."""
    some = _of_accounts(sa.select(jobs.c.account_id), job_filter, index)
    some = some.where(jobs.c.deleted.is_(None), condition).limit(FEW_JOBS)
    counted = sa.select(sa.func.count()).select_from(some.subquery())
    return int(connection.execute(counted).scalar_one()) < FEW_JOBS


def _rows(
    connection: Connection, job_filter: JobFilter, index: str | None, condition: sa.ColumnElement[bool]
) -> Sequence[Any] | None:
    """Return the accounts' jobs that fulfil the condition, each with whether it matches; None: many."""
    matches = sa.and_(*job_filter.conditions()).label("matches")
    some = _of_accounts(sa.select(jobs.c.created, jobs.c.id, matches), job_filter, index)
    rows = connection.execute(some.where(jobs.c.deleted.is_(None), condition).limit(FEW_JOBS)).all()
    return rows if len(rows) < FEW_JOBS else None


def _sorted(rows: Iterable[Any]) -> list[str]:
    return [row.id for row in sorted(rows, key=BY_AGE, reverse=True) if row.matches]


def _all(job_filter: JobFilter) -> sa.Select[Any]:
    query = _of_accounts(sa.select(jobs.c.id), job_filter).where(*job_filter.conditions())
    return query.order_by(jobs.c.created.desc(), jobs.c.id.desc())


def _chosen(connection: Connection, job_filter: JobFilter) -> tuple[ValueFilter | None, bool]:
    """Return by which condition's index the jobs are best read in order, and whether few jobs fulfil it.

    None: of several conditions each is fulfilled by many, so the index of all jobs, which has these values
    too, is read instead.
    """
    found = list(job_filter.in_order(_turnarounds(connection, job_filter)))
    for each in found:
        if _is_few(connection, job_filter, each.index, each.column.in_(each.values)):
            return each, True
    return (found[0] if len(found) == 1 else None), False


def _turnarounds(connection: Connection, job_filter: JobFilter) -> list[int] | None:
    """Return which turnarounds that match there are, a step in the index for each; None: too many."""
    if not job_filter.has_turnaround:
        return None
    living: list[sa.ColumnElement[bool]] = [jobs.c.deleted.is_(None)]
    if job_filter.turnaround_to is not None:
        living.append(job_filter.turnaround_to >= TURNAROUND)
    least = sa.select(sa.func.min(TURNAROUND).label("hours")).where(*living)
    if job_filter.turnaround_from is not None:
        least = least.where(job_filter.turnaround_from <= TURNAROUND)
    steps = least.cte("steps", recursive=True)
    following = sa.select(sa.func.min(TURNAROUND)).where(*living, steps.c.hours < TURNAROUND)
    further = sa.select(following.correlate(steps).scalar_subquery()).where(steps.c.hours.is_not(None))
    steps = steps.union_all(further)
    query = sa.select(steps.c.hours).limit(MAX_TURNAROUNDS + 2)
    found = [hours for hours in connection.execute(query).scalars() if hours is not None]
    return found if len(found) <= MAX_TURNAROUNDS else None


def _newest(
    connection: Connection, job_filter: JobFilter, chosen: ValueFilter | None, offset: int, limit: int
) -> Sequence[str]:
    """Return the newest jobs that match, read from an index that has each account's in order."""
    owners: Iterable[str] | None = job_filter.account_ids
    if owners is None:
        owners = connection.execute(sa.select(accounts.c.id)).scalars()
    index = NEWEST if chosen is None else chosen.index
    query = (
        sa.select(jobs.c.created, jobs.c.id)
        .with_hint(jobs, f"INDEXED BY {index}", "sqlite")
        .where(*job_filter.conditions(besides=chosen), *job_filter.created_by_then())
    )
    lists = [query.where(jobs.c.account_id == account_id) for account_id in sorted(owners)]
    if chosen is not None:
        lists = [each.where(chosen.column == value) for each in lists for value in chosen.values]
    parts = []
    for some in _parts(lists, MERGED_LISTS):
        if len(some) == 1:
            merged: sa.Select[Any] | sa.CompoundSelect[Any] = some[0]
        elif connection.dialect.name == "sqlite":
            merged = sa.union_all(*some)
        else:  # PostgreSQL merges only what says that it is in order itself
            merged = sa.union_all(*(one.order_by(*NEWEST_FIRST).limit(offset + limit) for one in some))
        parts.append(connection.execute(merged.order_by(*NEWEST_FIRST).limit(offset + limit)).all())
    rows = heapq.merge(*parts, key=BY_AGE, reverse=True)
    return [row.id for row in islice(rows, offset, offset + limit)]


def _parts(lists: Sequence[sa.Select[Any]], size: int) -> Iterator[Sequence[sa.Select[Any]]]:
    return (lists[start : start + size] for start in range(0, len(lists), size))


def _count(connection: Connection, job_filter: JobFilter, few: ValueFilter | None) -> int:
    """Count from an index alone where one has all that the filter asks for. few: what few jobs fulfil."""
    query = sa.select(sa.func.count()).select_from(jobs)
    if job_filter.is_search_only:
        found = _count_searched(connection, job_filter, query)
        if found is not None:
            return found
    if few is not None:
        query = query.where(few.column.in_(few.values))
    index = job_filter.counted_by if few is None else few.index
    query = _of_accounts(query, job_filter, index).where(*job_filter.conditions())
    return int(connection.execute(query).scalar_one())


def _count_searched(connection: Connection, job_filter: JobFilter, query: sa.Select[Any]) -> int | None:
    """Count those with the name, and those that an id alone finds; None: the latter are many."""
    named = sa.and_(jobs.c.deleted.is_(None), *name_matches(job_filter.searched_name))
    numbered = _numbered(connection, job_filter, sa.not_(named))
    if numbered is None:
        return None
    query = _of_accounts(query, job_filter, BY_NAME).where(named)
    return int(connection.execute(query).scalar_one()) + len(numbered)


def _of_accounts(query: sa.Select[Any], job_filter: JobFilter, index: str | None = None) -> sa.Select[Any]:
    """Keep to the filter's accounts; index: the one that SQLite finds them in."""
    if job_filter.account_ids is None:
        return query
    if index is not None:
        query = query.with_hint(jobs, f"INDEXED BY {index}", "sqlite")
    return query.where(jobs.c.account_id.in_(job_filter.account_ids))
