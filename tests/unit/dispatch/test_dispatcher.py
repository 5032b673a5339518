from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import work
from scribedock.dispatch import dispatcher
from scribedock.dispatch.dispatcher import Dispatcher
from scribedock.dispatch.queues import Queue
from scribedock.dispatch.work import add
from scribedock.settings import Settings
from tests.support.waiting import wait_until

SLOTS = {Queue.TRANSCRIPTION: 2, Queue.CALLBACKS: 2}


class Engine:
    """Remembers what was started; fails on demand."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.broken = False

    def start(self, queue: Queue, workflow_id: str) -> None:
        if self.broken:
            raise ConnectionError("the engine's database is away")
        self.begun.append(workflow_id)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, admin_password="secret")  # type: ignore[arg-type]
    app.prepare_database(settings)
    opened = app.build_services(settings)
    app.ensure_first_account(opened)
    yield opened
    opened.close()


@pytest.fixture
def engine() -> Engine:
    return Engine()


def made(
    services: app.Services,
    engine: Engine,
    call_back: Callable[[str], None] = lambda _: None,
    name: str = "me",
) -> Dispatcher:
    return Dispatcher(
        work=services.work,
        engine=engine,
        executor_id=name,
        slots=SLOTS,
        caps={},
        call_back=call_back,
        poll_s=60,
        clock=services.clock,
    )


def put(services: app.Services, name: str, queue: Queue = Queue.TRANSCRIPTION) -> None:
    admin = services.accounts.root()
    assert admin is not None
    job_id, _ = services.jobs.create(admin, name="", language="en")
    with services.database.write() as connection:
        add(connection, queue, name, job_id=job_id, branch_id=admin.branch_id, ready=utc_now())


def executors(services: app.Services) -> dict[str, str | None]:
    with services.database.read() as connection:
        return {row.id: row.executor_id for row in connection.execute(sa.select(work))}


def nothing(ids: Collection[str]) -> frozenset[str]:
    return frozenset()


def test_the_engine_is_handed_only_what_has_a_slot(services: app.Services, engine: Engine) -> None:
    for name in ("w1", "w2", "w3"):
        put(services, name)
    dispatch = made(services, engine)
    assert dispatch.dispatch() == 2
    assert engine.begun == ["w1", "w2"]
    assert dispatch.dispatch() == 0
    dispatch.ended("w1")
    assert dispatch.dispatch() == 1
    assert engine.begun == ["w1", "w2", "w3"]


def test_work_that_cannot_be_started_waits_for_the_next_time(services: app.Services, engine: Engine) -> None:
    put(services, "w1")
    dispatch = made(services, engine)
    engine.broken = True
    dispatch.dispatch()
    assert executors(services) == {"w1": None}
    engine.broken = False
    assert dispatch.dispatch() == 1
    assert engine.begun == ["w1"]


def test_a_callback_that_fails_unexpectedly_is_retried(services: app.Services, engine: Engine) -> None:
    put(services, "c1", Queue.CALLBACKS)
    tried = threading.Event()

    def fail(callback_id: str) -> None:
        tried.set()
        raise ConnectionError("the database is away")

    made(services, engine, fail).dispatch()
    assert tried.wait(20)
    wait_until(lambda: executors(services) == {"c1": None})
    assert not services.work.waits()  # not at once


def test_a_callback_is_put_back_once_the_database_is_available_again(
    services: app.Services, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(services, "c1", Queue.CALLBACKS)
    put_back, tries = services.work.put_back, []

    def away_twice(work_id: str, **when: Any) -> None:
        tries.append(work_id)
        if len(tries) < 3:
            raise ConnectionError("the database is away")
        put_back(work_id, **when)

    def fail(callback_id: str) -> None:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(dispatcher, "PAUSE_S", 0.01)
    monkeypatch.setattr(services.work, "put_back", away_twice)
    made(services, engine, fail).dispatch()
    wait_until(lambda: executors(services) == {"c1": None})
    assert tries == ["c1"] * 3


def test_callbacks_of_a_dead_worker_are_made_again(services: app.Services, engine: Engine) -> None:
    put(services, "c1", Queue.CALLBACKS)
    services.work.claim("dead", SLOTS, {})
    made(services, engine).tidy(lambda: {"me"}, nothing, nothing)
    assert executors(services) == {"c1": None}


def test_work_of_a_dead_worker_counts_for_its_successor(services: app.Services, engine: Engine) -> None:
    put(services, "w1")
    put(services, "w2")
    services.work.claim("dead", SLOTS, {})
    made(services, engine).tidy(lambda: {"me"}, lambda ids: {"w1"}, lambda ids: {"w1"})
    assert executors(services) == {"w1": "me", "w2": None}


def test_work_that_ended_silently_is_forgotten(
    services: app.Services, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(services, "w1")
    dispatch = made(services, engine)
    dispatch.dispatch()
    dispatch.tidy(lambda: {"me"}, lambda ids: {"w1"}, nothing)
    assert executors(services) == {"w1": "me"}  # it was begun just now
    monkeypatch.setattr(dispatcher, "SETTLING_TIME", timedelta(0))
    dispatch.tidy(lambda: {"me"}, lambda ids: {"w1"}, nothing)
    assert executors(services) == {}


def test_a_worker_that_appears_in_between_is_alive(services: app.Services, engine: Engine) -> None:
    put(services, "c1", Queue.CALLBACKS)
    come: list[str] = []

    def living() -> set[str]:
        services.work.claim("late", SLOTS, {})
        come.append("late")
        return {"me", *come}

    made(services, engine).tidy(living, nothing, nothing)
    assert executors(services) == {"c1": "late"}


def test_work_of_living_workers_is_left_to_them(services: app.Services, engine: Engine) -> None:
    put(services, "w1")
    services.work.claim("other", SLOTS, {})
    made(services, engine).tidy(lambda: {"me", "other"}, nothing, nothing)
    assert executors(services) == {"w1": "other"}
