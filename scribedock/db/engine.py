"""The database: SQLite in a file, or PostgreSQL.

`read()` and `write()` are the only ways in. A write transaction takes SQLite's
write lock at its start (BEGIN IMMEDIATE), so it never fails half way for a lock;
its commit is durable (`synchronous=FULL`). `stamp()` is for last-seen times,
whose loss in a power cut harms nobody.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from scribedock import metrics
from scribedock.clock import SYSTEM_CLOCK, Clock
from scribedock.db import sqlite_file
from scribedock.db.sealed import give_key
from scribedock.errors import SystemFault
from scribedock.keys.sealing import Sealing

# To PostgreSQL, of a process: those that are kept, and those that are opened under load.
KEPT_CONNECTIONS, FURTHER_CONNECTIONS = 10, 20
BUSY_TIMEOUT_MS = 30_000
CONNECTION_PARAMETERS: Mapping[str, str] = {
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # ms
}
"""Parameters of libpq with which a server that is cut off is noticed within half a minute."""
CLOCK_OPTION = "scribedock_clock"
IDLE_TRANSACTION_MS = 60_000
"""After so long PostgreSQL ends a transaction in which nothing happens, with its locks, so that a process
that is stopped in the middle of one holds up nobody for longer."""
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE


class Database:
    def __init__(self, url: str, sealing: Sealing | None = None, *, clock: Clock = SYSTEM_CLOCK) -> None:
        """Open the database; without `sealing`, sealed columns can be neither read nor written.

        clock: tells the time that transactions write; see `time_of`.
        """
        self.clock = clock
        self.url = normalise(url)
        self.is_sqlite = self.url.startswith("sqlite")
        if self.is_sqlite:
            Path(sa.make_url(self.url).database or "").parent.mkdir(parents=True, exist_ok=True)
        self._durable = _engine(self.url, "FULL", clock)
        self._relaxed = _engine(self.url, "NORMAL", clock) if self.is_sqlite else self._durable
        for engine in {self._durable, self._relaxed}:
            sa.event.listen(engine, "handle_error", _count_error)
        if sealing is not None:
            give_key(self._durable, sealing)
            give_key(self._relaxed, sealing)
        self._of_thread = threading.local()
        # SQLite allows one writer at a time; the others sleep, up to a tenth of a second at a time.
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def engine(self) -> Engine:
        return self._durable

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and writes nothing."""
        shared: Connection | None = getattr(self._of_thread, "reading", None)
        if shared is not None:
            yield shared
            return
        with self._durable.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def one_read(self) -> Iterator[None]:
        """Make all reads of this thread in this block one transaction, for a third of the cost of three.

        On SQLite it does not see what is written during the block, not even by this thread.
        """
        with self.read() as connection:
            self._of_thread.reading = connection
            try:
                yield
            finally:
                self._of_thread.reading = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is durable when it ends.

        Raises SystemFault (507) where the disk is full.
        """
        writing = self._durable.connect().execution_options(scribedock_write=True)
        try:
            with self._turn, writing as connection, connection.begin():
                yield connection
        except OperationalError as error:
            if _is_full(error):
                raise SystemFault(
                    "The server has no room for this now; try again later", status=507
                ) from error
            raise

    @contextmanager
    def stamp(self) -> Iterator[Connection]:
        """Open a write transaction that a power cut may undo."""
        writing = self._relaxed.connect().execution_options(scribedock_write=True)
        with self._turn, writing as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._durable.dispose()
        self._relaxed.dispose()


def time_of(connection: Connection) -> datetime:
    """Return the time by the clock of the database that the connection is of."""
    clock: Clock = connection.get_execution_options()[CLOCK_OPTION]
    return clock.now()


def shared_time(connection: Connection) -> datetime:
    """Return the time that all machines with this database agree on: PostgreSQL's own."""
    if connection.dialect.name == "sqlite":
        return time_of(connection)
    found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)


def _count_error(context: sa.engine.ExceptionContext) -> None:
    """Count what the database is at fault for; a constraint that is violated is none."""
    if isinstance(context.sqlalchemy_exception, OperationalError | InternalError | InterfaceError):
        metrics.DATABASE_ERRORS.inc()


def _is_full(error: OperationalError) -> bool:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(cause, "sqlstate", None) == DISK_FULL


def normalise(url: str) -> str:
    """Return the URL with the driver that we ship: `postgresql://` means psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def with_connection_parameters(url: str) -> str:
    """Return PostgreSQL's URL with the connection parameters that it leaves open."""
    given = sa.make_url(url)
    query = {**CONNECTION_PARAMETERS, **given.query}
    return given.set(query=query).render_as_string(hide_password=False)


def _postgresql(url: str, common: Mapping[str, Any]) -> Engine:
    engine = sa.create_engine(
        with_connection_parameters(url),
        pool_pre_ping=True,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=FURTHER_CONNECTIONS,
        **common,
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TRANSACTION_MS}")
        connection.commit()

    return engine


class HintingCompiler(SQLiteCompiler):
    """Writes what `with_hint` says, such as INDEXED BY, behind the table; SQLAlchemy leaves it out."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


def _engine(url: str, synchronous: str, clock: Clock) -> Engine:
    common: dict[str, Any] = {
        "execution_options": {CLOCK_OPTION: clock},
        "hide_parameters": True,  # errors are logged, and saved with their workflow: no names in them
    }
    if not url.startswith("sqlite"):
        return _postgresql(url, common)
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, pool_size=20, max_overflow=40, **common
    )
    engine.dialect.statement_compiler = HintingCompiler

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver begins no transaction by itself: we send BEGIN
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute(sqlite_file.SECURE_DELETE)
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("scribedock_write")
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")  # SQLAlchemy's additions cost more

    return engine


def insert_once(connection: Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row unless one with the same key exists."""
    build = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(build(table).values(**values).on_conflict_do_nothing())
