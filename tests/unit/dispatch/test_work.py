"""The rows of work, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import work
from scribedock.dispatch.fairness import Caps
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import LINES, add, postpone
from scribedock.jobs.job import Job
from scribedock.settings import Settings

SLOTS = {Queue.FETCHES: 2, Queue.CALLBACKS: 2}


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, admin_password="secret", **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    opened = app.build_services(settings)
    app.ensure_first_account(opened)
    yield opened
    opened.close()


def job_of(services: app.Services, username: str, *, parent: str = "admin") -> Job:
    owner = services.accounts.by_username(username) or services.accounts.create(
        username, "secret", parent=parent
    )
    job_id, _ = services.jobs.create(owner, name="", language="en")
    return services.jobs.find_job(job_id)


def fetch(services: app.Services, job: Job, name: str, *, host: str = "", in_s: float | None = 0) -> None:
    ready = None if in_s is None else utc_now() + timedelta(seconds=in_s)
    with services.database.write() as connection:
        add(
            connection,
            Queue.FETCHES,
            name,
            job_id=job.id,
            branch_id=job.branch_id,
            ready=ready,
            host=host,
            once=True,
        )


def claimed(services: app.Services, executor: str = "e1", **caps: int) -> list[str]:
    return [each.id for each in services.work.claim(executor, SLOTS, {Queue.FETCHES: Caps(**caps)})]


def test_every_branch_and_rank_of_every_queue_is_found_by_a_step_in_the_index(services: app.Services) -> None:
    """However much waits: what is read is one row of each."""
    owners = [job_of(services, username) for username in ("harbour", "library", "museum")]
    expected = set()
    with services.database.write() as connection:
        for number in range(60):
            job, rank = owners[number % 3], number % 4
            queue = (Queue.FETCHES, Queue.TRANSCRIPTION)[number % 2]
            ready = utc_now() if number < 48 else None  # the last wait for something
            expected |= {(queue.value, job.branch_id, rank)} if ready else set()
            add(
                connection,
                queue,
                f"w{number}",
                job_id=job.id,
                branch_id=job.branch_id,
                ready=ready,
                rank=rank,
            )
    with services.database.read() as connection:
        found = [tuple(row) for row in connection.execute(LINES)]
        if services.database.is_sqlite:
            statement = str(LINES.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
            assert not [step[-1] for step in plan if "TEMP B-TREE" in step[-1] or step[-1] == "SCAN work"]
    assert sorted(found) == sorted(expected)


def test_work_of_a_newer_release_is_left_to_it(services: app.Services) -> None:
    """During an upgrade both may run: what this one does not know keeps nothing else waiting."""
    job = job_of(services, "harbour")
    fetch(services, job, "f1")
    fetch(services, job, "new")
    fetch(services, job, "held")
    with services.database.write() as connection:
        newer = work.update().where(work.c.id.in_(["new", "held"])).values(queue="of a newer one")
        connection.execute(newer)
        connection.execute(
            work.update().where(work.c.id == "held").values(executor_id="e2", claimed=utc_now())
        )
    assert claimed(services) == ["f1"]
    assert [each.id for each in services.work.held()] == ["f1"]
    assert [each.queue for each in services.overview.queues()] == [Queue.FETCHES]


def test_children_belong_to_the_branch_of_the_account_below_the_root(services: app.Services) -> None:
    branch = job_of(services, "harbour").branch_id
    assert job_of(services, "boat", parent="harbour").branch_id == branch
    assert job_of(services, "sail", parent="boat").branch_id == branch
    assert job_of(services, "forest").branch_id not in (branch, "")
    assert job_of(services, "admin").branch_id not in (branch, "")


def test_work_is_claimed_once_and_never_beyond_the_slots(services: app.Services) -> None:
    job = job_of(services, "a")
    for number in range(5):
        fetch(services, job, f"a{number}")
    assert services.work.waits()
    assert claimed(services) == ["a0", "a1"]
    assert claimed(services) == []
    assert claimed(services, "e2") == ["a2", "a3"]
    services.work.done("a0")
    assert claimed(services) == ["a4"]
    assert not services.work.waits()


def test_turns_continue_where_they_stopped(services: app.Services) -> None:
    one, two = job_of(services, "a"), job_of(services, "b")
    for number in range(3):
        fetch(services, one, f"a{number}")
    fetch(services, two, "b0")
    first = claimed(services)
    assert sorted(first) == ["a0", "b0"]
    fetch(services, two, "b1")
    services.work.done("a0")
    services.work.done("b0")
    assert claimed(services)[0] == ("a1" if first[0] == "a0" else "b1")


def test_work_is_not_claimed_before_it_is_ready(services: app.Services) -> None:
    job = job_of(services, "a")
    fetch(services, job, "later", in_s=3600)
    fetch(services, job, "blocked", in_s=None)
    assert not services.work.waits()
    assert claimed(services) == []
    with services.database.write() as connection:
        postpone(connection, "later", utc_now())
    assert claimed(services) == ["later"]


def test_a_cap_counts_the_work_of_all_workers(services: app.Services) -> None:
    job = job_of(services, "a")
    for number in range(4):
        fetch(services, job, f"a{number}", host="slow.example")
    assert len(claimed(services, "e1", branch=3)) == 2
    assert len(claimed(services, "e2", branch=3)) == 1
    services.work.done("a0")
    assert claimed(services, "e1", host=2) == []


def test_only_the_oldest_of_a_branch_stand_in_line_where_that_is_capped(services: app.Services) -> None:
    job = job_of(services, "a")
    for number in range(3):
        with services.database.write() as connection:
            asked = utc_now() + timedelta(seconds=number - 10)
            add(
                connection,
                Queue.FETCHES,
                f"a{number}",
                job_id=job.id,
                branch_id=job.branch_id,
                ready=asked,
                asked=asked,
                rank=3 - number,
                due=utc_now() + timedelta(hours=1),
            )
    assert claimed(services, queued=2) == ["a1", "a0"]


def test_work_of_a_dead_executor_is_handed_on(services: app.Services) -> None:
    fetch(services, job_of(services, "a"), "a0")
    assert claimed(services, "dead") == ["a0"]
    assert [each.executor_id for each in services.work.held()] == ["dead"]
    services.work.hand_on(["a0"], None)
    assert claimed(services, "e1") == ["a0"]
