"""Lists of jobs: each filter finds what it should, from an index, on both databases."""

from __future__ import annotations

import random
import re
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.db import time_limit, upgrades
from scribedock.db.folding import FOLDED_CHARS, fold
from scribedock.db.tables import jobs
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import TURNAROUND_HOURS, Difficulty, Fidelity, JobStatus, Priority
from scribedock.jobs.listing import finding
from scribedock.jobs.listing.filter import DATES, LONGEST_PATTERN, JobFilter
from scribedock.jobs.turnaround import OVERDUE_STATUSES
from scribedock.settings import Settings

JOBS = 500
NOW = datetime(2030, 1, 1, tzinfo=UTC)
NEVER = float("inf")
LONG = "ß" * FOLDED_CHARS  # becomes twice as long
NAMES = (
    "Lecture 1",
    "lecture 2",
    "LECTURE 30",
    "Straße",
    "STRASSE",
    "100 % sure",
    "snake_case",
    "",
    f"{LONG} one",
    f"{LONG} two",
    'the "quoted" one',
    "上海会议记录",
)


@pytest.fixture(scope="module")
def services(
    tmp_path_factory: pytest.TempPathFactory, module_database: dict[str, str]
) -> Iterator[app.Services]:
    folder = tmp_path_factory.mktemp("listing")
    settings = Settings(data_dir=folder, admin_password="secret", **module_database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    opened = app.build_services(settings)
    app.ensure_first_account(opened)
    owners = [opened.accounts.create(f"owner {number}", "secret", parent="admin").id for number in range(3)]
    draw = random.Random(7)
    rows = [random_job(draw, draw.choice(owners)) for _ in range(JOBS)]
    with opened.database.write() as connection:
        connection.execute(jobs.insert(), rows)
    yield opened
    opened.close()


def random_job(draw: random.Random, owner: str) -> dict[str, Any]:
    created = NOW - timedelta(minutes=draw.randrange(100_000))
    later = {name: created + timedelta(minutes=draw.randrange(5000)) for name in DATE_NAMES}
    return {
        "id": uuid.UUID(int=draw.getrandbits(128), version=4).hex,
        "account_id": owner,
        "name": draw.choice(NAMES),
        "external_id": draw.choice(("", "x", "y")),
        "language": draw.choice(("en", "fr")),
        "priority": draw.choice((None, "STANDARD", "CRITICAL")),
        "difficulty": draw.choice(("Unknown", "Good")),
        "turnaround_hours": draw.choice((None, None, 5, 30)),
        "status": draw.choice(("Pending", "Complete", "Complete", "Media Failure")),
        "fidelity": draw.choice(("MECHANICAL", "HIGH")),
        "created": created,
        "deleted": created if draw.random() < 0.05 else None,
        **{name: None if draw.random() < 0.3 else moment for name, moment in later.items()},
    }


DATE_NAMES = ("started", "due", "completed", "returned", "authorized")
RECENT, OLD = NOW - timedelta(minutes=900), NOW - timedelta(minutes=98_000)
FILTERS: dict[str, dict[str, Any]] = {
    "everything": {},
    "state": {"status": JobStatus.MEDIA_FAILURE},
    "state that no job has": {"status": JobStatus.REVIEWING},
    "name": {"name": "lecture 1"},
    "name with a sharp s": {"name": "strasse"},
    "long name": {"name": f"{LONG} ONE"},
    "beginning of a name": {"name": "lect*"},
    "beginning of a long name": {"name": f"{LONG} o*"},
    "any name": {"name": "*"},
    "part of a name": {"name": "*ture 3*"},
    "end of a long name": {"name": "*TWO"},
    "name with a sign of LIKE": {"name": "100 % s*"},
    "underscore": {"name": "*e_c*"},
    "no such name": {"name": "*nothing*"},
    "state and name": {"status": JobStatus.COMPLETE, "name": "STR*"},
    "external id": {"external_id": "x"},
    "part with quotation marks": {"name": '*"quot*'},
    "part in Chinese": {"name": "*会议记*"},
    "short part in Chinese": {"name": "*会议*"},
    "parts of a name": {"name": "*ect*e 3*"},
    "search for a part": {"search": "ECTU"},
    "search for a short part": {"search": "tu"},
    "search for an external id": {"search": "x"},
    "search for digits of an id": {"search": "abcdef"},
    "search for nothing that is there": {"search": "nothing"},
    "search in a state": {"search": "lecture", "status": JobStatus.COMPLETE},
    "fidelity": {"fidelity": Fidelity.MECHANICAL},
    "priority": {"priority": Priority.CRITICAL},
    "priority that no job has": {"priority": Priority.ECONOMY},
    "difficulty": {"difficulty": Difficulty.GOOD},
    "difficulty that no job has": {"difficulty": Difficulty.BAD},
    "language": {"language": "fr"},
    "language that no job has": {"language": "de"},
    "turnaround from": {"turnaround_hours_from": 13},
    "turnaround to": {"turnaround_hours_to": 11.5},
    "turnaround between": {"turnaround_hours_from": 5, "turnaround_hours_to": 12},
    "turnaround that no job has": {"turnaround_hours_from": 1e300},
    "overdue": {"overdue_at": NOW},
    "overdue for long": {"overdue_at": OLD},
    "state, fidelity and language": {
        "status": JobStatus.COMPLETE,
        "fidelity": Fidelity.HIGH,
        "language": "fr",
    },
    "turnaround and priority": {"turnaround_hours_from": 13, "priority": Priority.CRITICAL},
    "date and language": {"dates_from": {"DueDate": OLD}, "language": "fr"},
    **{f"{name} from": {"dates_from": {name: RECENT}} for name in DATES},
    **{f"{name} to": {"dates_to": {name: OLD}} for name in DATES},
    **{f"{name} between": {"dates_from": {name: OLD}, "dates_to": {name: RECENT}} for name in DATES},
    "dates and state": {"dates_to": {"DueDate": OLD}, "status": JobStatus.PENDING},
}


def root_of(services: app.Services) -> Account:
    root = services.accounts.root()
    assert root is not None
    return root


def living(services: app.Services) -> Sequence[Any]:
    with services.database.read() as connection:
        return connection.execute(sa.select(jobs).where(jobs.c.deleted.is_(None))).all()


def expected(rows: Sequence[Any], job_filter: JobFilter) -> list[str]:
    """Return what matches, found without any index."""
    found = [row for row in rows if matches(row, job_filter)]
    return [row.id for row in sorted(found, key=lambda row: (row.created, row.id), reverse=True)]


def matches(row: Any, job_filter: JobFilter) -> bool:
    pattern = job_filter.name and fold(job_filter.name)
    if job_filter.has_turnaround and turnaround(row) == NEVER:
        return False
    dates = {name: row._mapping[column.name] for name, (column, _) in DATES.items()}
    return (
        (job_filter.account_ids is None or row.account_id in job_filter.account_ids)
        and (job_filter.status is None or row.status == job_filter.status)
        and (job_filter.fidelity is None or row.fidelity == job_filter.fidelity)
        and (job_filter.priority is None or row.priority == job_filter.priority)
        and (job_filter.difficulty is None or row.difficulty == job_filter.difficulty)
        and (job_filter.language is None or row.language == job_filter.language)
        and (job_filter.search is None or is_found(row, job_filter.search))
        and (job_filter.overdue_at is None or is_overdue(row, job_filter.overdue_at))
        and (job_filter.turnaround_hours_from or 0) <= turnaround(row)
        and (job_filter.turnaround_hours_to is None or turnaround(row) <= job_filter.turnaround_hours_to)
        and (job_filter.external_id is None or row.external_id == job_filter.external_id)
        and (not pattern or fnmatchcase(fold(row.name), pattern))
        and all(dates[name] and dates[name] >= least for name, least in job_filter.dates_from.items())
        and all(dates[name] and dates[name] <= most for name, most in job_filter.dates_to.items())
    )


def is_found(row: Any, search: str) -> bool:
    return fold(search) in fold(row.name) or row.external_id == search or row.id.startswith(search)


def is_overdue(row: Any, now: datetime) -> bool:
    return row.due is not None and row.due < now and row.status in OVERDUE_STATUSES


def turnaround(row: Any) -> float:
    if row.turnaround_hours is not None:
        return float(row.turnaround_hours)
    return TURNAROUND_HOURS[Priority(row.priority)] if row.priority else NEVER


@pytest.mark.parametrize(("few", "merged_accounts"), [(10, 100), (1000, 1)])
def test_every_filter_finds_what_it_should_in_the_order_of_the_list(
    services: app.Services, monkeypatch: pytest.MonkeyPatch, few: int, merged_accounts: int
) -> None:
    """However much counts as few, and however many accounts are merged at once."""
    monkeypatch.setattr(finding, "FEW_JOBS", few)
    monkeypatch.setattr(finding, "MERGED_LISTS", merged_accounts)
    visible = {
        "any": None,
        "two": frozenset(services.accounts.by_username(f"owner {number}").id for number in (0, 2)),  # type: ignore[union-attr]
        "nobody": frozenset[str](),
    }
    rows = living(services)
    for title, wanted in FILTERS.items():
        for whose, account_ids in visible.items():
            unlimited = JobFilter(account_ids=account_ids, **wanted)
            right = expected(rows, unlimited)
            for limit, offset in ((None, 0), (None, 3), (0, 0), (7, 5), (10_000, 2)):
                found = services.listing.find(replace(unlimited, limit=limit, offset=offset))
                end = None if limit is None else offset + limit
                assert (list(found.ids), found.total) == (right[offset:end], len(right)), (
                    title,
                    whose,
                    limit,
                )
            assert services.listing.count(unlimited) == len(right), (title, whose)


@pytest.mark.parametrize("few", [10, 1000])
def test_a_page_is_read_from_indexes_alone(
    services: app.Services, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """So its time does not grow with the number of jobs: nothing is scanned, and no more than few sorted."""
    monkeypatch.setattr(finding, "FEW_JOBS", few)
    database = services.database
    everybody = services.accounts.visible_accounts(root_of(services))
    for title, wanted in FILTERS.items():
        job_filter = JobFilter(account_ids=everybody, limit=50, **wanted)
        with statements_of(services) as statements:
            services.listing.find(job_filter)
        asked = [each for each in statements if re.search("FROM (jobs|job_names)", each[0])]
        assert asked
        for statement, parameters in asked:
            plan = plan_of(database.engine, statement, parameters)
            if database.is_sqlite:
                assert not re.search(r"SCAN jobs(?! USING)|USE TEMP B-TREE", plan), f"{title}:\n{plan}"
            elif "ORDER BY" in statement:
                assert not re.search(r"Seq Scan on jobs|-> +Sort ", plan), f"{title}:\n{plan}"


@contextmanager
def statements_of(services: app.Services) -> Iterator[list[tuple[str, Any]]]:
    """Note what is asked of the database in the block, with the parameters."""
    noted: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        noted.append((statement, parameters))

    engine = services.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def plan_of(engine: sa.Engine, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # so few rows it would rather sort
            for method in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{method} = off")
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters))


def test_jobs_of_an_older_release_are_found_by_name(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades, "BATCH", 10)
    with services.database.write() as connection:
        connection.execute(jobs.update().where(jobs.c.name == "LECTURE 30").values(folded_name=""))
    wanted = JobFilter(account_ids=None, name="lecture 30")
    assert services.listing.count(wanted) == 0
    upgrades.fold_names(services.database)
    assert services.listing.count(wanted) == len(expected(living(services), wanted)) > 30


def test_a_name_may_be_longer_than_what_an_index_takes_and_a_pattern_not_longer_than_the_database_takes(
    services: app.Services,
) -> None:
    owner = root_of(services)
    name = "\U0001f3a7" * LONGEST_PATTERN
    job_id, _ = services.jobs.create(owner, name=name, language="en")
    found = services.listing.find(JobFilter(account_ids=frozenset({owner.id}), name=f"{name[:-1]}*", limit=1))
    assert list(found.ids) == [job_id]
    with pytest.raises(InvalidQuery, match="at most 10000"):
        JobFilter(account_ids=None, name=f"{name}*")


def test_a_list_for_which_every_job_would_be_read_is_given_up(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit, "STEPS", 1)
    monkeypatch.setattr(time_limit, "MAX_S", 0.001 if services.database.is_sqlite else 0.5)
    wanted = JobFilter(account_ids=None, name="*q*", limit=1)
    with services.database.write() as connection:
        if not services.database.is_sqlite:  # whose list waits then for as long as it may take
            connection.exec_driver_sql("LOCK TABLE jobs")
        with pytest.raises(InvalidQuery, match="Narrow it down"):
            services.listing.find(wanted)
    assert services.listing.find(replace(wanted, limit=None)).total > 10


def test_which_jobs_have_the_same_recording_is_found_without_reading_the_others_of_the_account(
    services: app.Services,
) -> None:
    owner = root_of(services)
    first, _ = services.jobs.create(owner, name="first", language="en")
    second, _ = services.jobs.create(owner, name="second", language="en", recording_of=first)
    third, _ = services.jobs.create(owner, name="third", language="en", recording_of=first)
    with statements_of(services) as noted:
        assert services.jobs.with_same_recording(services.jobs.find_job(second)) == [first, third]
    statement, parameters = noted[-1]
    plan = plan_of(services.database.engine, statement, parameters)
    if services.database.is_sqlite:  # PostgreSQL chooses by its statistics
        assert "ix_jobs_recording_of" in plan and "ix_jobs_living" not in plan, plan


def test_with_an_sqlite_that_cannot_find_parts_names_are_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    settings = Settings(data_dir=tmp_path, admin_password="secret")  # type: ignore[arg-type]
    app.prepare_database(settings)
    opened = app.build_services(settings)
    app.ensure_first_account(opened)
    job_id, _ = opened.jobs.create(root_of(opened), name="Lecture 1", language="en")
    for wanted in ({"name": "*ectu*"}, {"search": "ECTURE"}):
        assert list(opened.listing.find(JobFilter(account_ids=None, limit=5, **wanted)).ids) == [job_id]  # type: ignore[arg-type]
    opened.close()
