from __future__ import annotations

import multiprocessing
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from scribedock import app
from scribedock.db import engine
from scribedock.db.engine import Database, insert_once, with_connection_parameters
from scribedock.db.migrate import FOLDER, migrate, newest_revision
from scribedock.db.tables import attempts, job_events, metadata
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Fidelity
from scribedock.jobs.jobs import record_event
from scribedock.jobs.media import MediaSource
from scribedock.orders.orders import Order
from scribedock.settings import Settings

THREADS = 16
Result = TypeVar("Result")


@pytest.fixture
def settings(tmp_path: Path, empty_database: dict[str, str]) -> Settings:
    return Settings(data_dir=tmp_path, **empty_database)  # type: ignore[arg-type]


@pytest.fixture
def services(settings: Settings) -> Iterator[app.Services]:
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    yield started
    started.close()


def at_once(call: Callable[[int], Result]) -> list[Result | Exception]:
    """Return what 16 threads get that call at the same moment."""
    gate = threading.Barrier(THREADS)

    def run(number: int) -> Result | Exception:
        gate.wait()
        try:
            return call(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_the_migrations_make_the_tables_of_the_code(settings: Settings) -> None:
    url = app.database_url(settings)
    migrate(url)
    with Database(url).read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_of_the_code}
        )
        assert compare_metadata(context, metadata) == []


def is_of_the_code(name: str | None, kind: str, parents: object) -> bool:
    """Leave out what only one of the databases has: the tables of FTS5, and indexes of expressions."""
    return not re.match("passages_fts|job_names_fts", name or "") and name not in (
        "ix_passages_tokens",
        "ix_job_names_parts",
        "ix_jobs_by_digits",
        "ix_jobs_by_turnaround",
    )


def test_the_newest_migration_is_known_without_alembic() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == newest_revision()


def test_a_second_migration_changes_nothing(settings: Settings) -> None:
    url = app.database_url(settings)
    for _ in range(2):
        migrate(url)
    with Database(url).read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_processes_that_start_at_once_migrate_once(settings: Settings) -> None:
    spawn = multiprocessing.get_context("spawn")
    started = [spawn.Process(target=app.prepare_database, args=(settings,)) for _ in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * 4


def test_a_row_is_inserted_once_however_many_try(services: app.Services) -> None:
    def insert(number: int) -> None:
        with services.database.write() as connection:
            insert_once(connection, attempts, workflow_id="same", losses=number, steps=0)

    assert at_once(insert) == [None] * THREADS
    with services.database.read() as connection:
        assert len(connection.execute(sa.select(attempts)).all()) == 1


def test_a_write_that_fails_leaves_nothing(services: app.Services) -> None:
    with pytest.raises(ZeroDivisionError), services.database.write() as connection:
        insert_once(connection, attempts, workflow_id="x", losses=0, steps=0)
        raise ZeroDivisionError
    with services.database.read() as connection:
        assert connection.execute(sa.select(attempts)).first() is None


def test_a_row_must_belong_to_something(services: app.Services) -> None:
    with pytest.raises(sa.exc.IntegrityError), services.database.write() as connection:
        connection.execute(
            job_events.insert().values(
                job_id="0" * 32, at=sa.func.current_timestamp(), event="x", before="", after=""
            )
        )


def test_one_of_simultaneous_jobs_with_one_external_id_is_first(services: app.Services) -> None:
    admin = services.accounts.root()
    assert admin is not None

    def open_job(_: int) -> str:
        return services.jobs.create(admin, name="x", language="en", external_id="same", is_duplicate=False)[0]

    results = at_once(open_job)
    assert len([result for result in results if isinstance(result, str)]) == 1
    assert all(isinstance(result, (str, InvalidQuery)) for result in results)


def test_one_of_simultaneous_orders_is_accepted(services: app.Services) -> None:
    admin = services.accounts.root()
    assert admin is not None
    job, _ = services.jobs.create(admin, name="x", language="en")
    visible_accounts = frozenset({admin.id})
    with services.store.begin() as new:
        new.write(memoryview(b"x"))
        key = new.commit()
    with services.database.write() as connection:
        services.media.attach(
            connection,
            services.jobs.fetch_job(connection, job),
            MediaSource.UPLOAD,
            storage_key=key,
            size=1,
            replace=True,
        )

    def order(_: int) -> str:
        return services.orders.place(
            job, visible_accounts, Order(fidelity=Fidelity.MECHANICAL), needs_authorization=False
        )

    results = at_once(order)
    assert len([result for result in results if isinstance(result, str)]) == 1
    assert all(isinstance(result, (str, InvalidQuery)) for result in results)


def test_a_probe_that_ends_while_its_media_is_replaced_neither_fails_nor_counts(
    services: app.Services,
) -> None:
    admin = services.accounts.root()
    assert admin is not None
    job_id, _ = services.jobs.create(admin, name="x", language="en")

    def attach(connection: sa.Connection, key: str) -> str:
        job = services.jobs.fetch_job(connection, job_id)
        return services.media.attach(
            connection, job, MediaSource.UPLOAD, storage_key=key, size=1, replace=True
        ).task_id

    with services.database.write() as connection:
        first = attach(connection, "1" * 32)
    problems: list[BaseException] = []

    def end_probe() -> None:
        try:
            services.media.probed(first, media_ms=5000, problem=None)
        except BaseException as error:
            problems.append(error)

    probe = threading.Thread(target=end_probe)
    with services.database.write() as connection:
        services.jobs.fetch_job(connection, job_id)
        probe.start()
        probe.join(timeout=0.5)
        assert probe.is_alive(), "it waits for the job"
        second = attach(connection, "2" * 32)
    probe.join(timeout=30)
    assert not probe.is_alive()
    assert problems == []
    assert services.jobs.find_job(job_id).media_ms is None
    services.media.probed(second, media_ms=6000, problem=None)
    assert services.jobs.find_job(job_id).media_ms == 6000


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_rows_of_a_locked_job_can_be_written(services: app.Services) -> None:
    """Else whoever writes them, and holds what the one with the lock wants next, would wait for ever."""
    admin = services.accounts.root()
    assert admin is not None
    job_id, _ = services.jobs.create(admin, name="x", language="en")
    with services.database.write() as connection:
        services.jobs.fetch_job(connection, job_id)
        with services.database.write() as other:
            other.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            record_event(other, job_id, "created", "", "Pending")


def test_a_connection_notices_soon_that_postgresql_is_cut_off() -> None:
    """Unless the operator's URL says otherwise."""
    url = with_connection_parameters("postgresql+psycopg://u:p%40ss@db/name?connect_timeout=3")
    parameters = make_conninfo_of(url)
    assert parameters["connect_timeout"] == "3"
    assert parameters["tcp_user_timeout"] == "30000"
    assert parameters["password"] == "p@ss"


def make_conninfo_of(url: str) -> dict[str, str]:
    """Return what the driver is told."""
    arguments, parameters = sa.make_url(url).get_dialect()().create_connect_args(sa.make_url(url))
    assert not arguments
    return {name: str(value) for name, value in parameters.items()}


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)  # SQLite has none
def test_a_transaction_that_falls_silent_gives_its_locks_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a worker which is stopped while it claims work."""
    monkeypatch.setattr(engine, "IDLE_TRANSACTION_MS", 500)
    lock = sa.text("SELECT pg_advisory_xact_lock(1)")
    stopped, other = Database(app.database_url(settings)), Database(app.database_url(settings))
    with pytest.raises(sa.exc.DBAPIError, match="idle-in-transaction"), stopped.write() as silent:
        silent.execute(lock)
        with other.write() as connection:
            connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(lock)
        silent.execute(lock)
    stopped.close()
    other.close()
