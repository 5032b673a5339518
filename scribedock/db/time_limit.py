"""How long the database may look for what a customer asks for."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

MAX_S = 20.0
STEPS = 10_000  # of SQLite's machine, between two looks at the time
CANCELLED = "57014"  # PostgreSQL's SQLSTATE


class TookTooLong(Exception):
    """The database was stopped because its time was up."""


@contextmanager
def limited(connection: Connection) -> Iterator[None]:
    """Limit how long the database reads for this block, on PostgreSQL for each of its statements.

    Raises TookTooLong; the transaction is of no use afterwards.
    """
    driver: Any = connection.connection.driver_connection
    is_sqlite = isinstance(driver, sqlite3.Connection)
    if is_sqlite:
        until = time.monotonic() + MAX_S
        driver.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    else:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {round(MAX_S * 1000)}")
    try:
        yield
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = DEFAULT")
    except DBAPIError as error:
        if _was_stopped(error.orig):
            raise TookTooLong from None
        raise
    finally:
        if is_sqlite:
            driver.set_progress_handler(None, 0)


def _was_stopped(cause: object) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return getattr(cause, "sqlstate", None) == CANCELLED
