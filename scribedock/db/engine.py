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
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from scribedock.db import sqlite_file
from scribedock.db.sealed import give_key
from scribedock.errors import SystemFault
from scribedock.keys.sealing import Sealing

BUSY_TIMEOUT_MS = 30_000
CONNECTION_PARAMETERS: Mapping[str, str] = {
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # ms
}
"""Parameters of libpq with which a server that is cut off is noticed within half a minute."""
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE


class Database:
    def __init__(self, url: str, sealing: Sealing | None = None) -> None:
        """Open the database; without `sealing`, sealed columns can be neither read nor written."""
        self.url = normalise(url)
        self.is_sqlite = self.url.startswith("sqlite")
        if self.is_sqlite:
            Path(sa.make_url(self.url).database or "").parent.mkdir(parents=True, exist_ok=True)
        self._durable = _engine(self.url, "FULL")
        self._relaxed = _engine(self.url, "NORMAL") if self.is_sqlite else self._durable
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


def _engine(url: str, synchronous: str) -> Engine:
    if not url.startswith("sqlite"):
        url = with_connection_parameters(url)
        return sa.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=20,
        max_overflow=40,
        hide_parameters=True,  # errors are logged, and saved with their workflow: they must not contain names
    )

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
