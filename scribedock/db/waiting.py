"""A database that does not answer: waited for by those that run long, and explained in one line."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from scribedock.db.engine import Database
from scribedock.settings import SettingsError

log = structlog.get_logger("scribedock.database")

PAUSE_S = 1.0
UNREACHABLE = ("08", "57P", "53300", "25P03")
"""Beginnings of SQLSTATEs: no connection, shutting down, too many connections, a silent transaction."""
BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def wait_for_database(url: str, *, within_s: float) -> None:
    """Return once the database answers; a file is not waited for.

    Raises SettingsError, with the reason, where it does not answer in time.
    """
    deadline = time.monotonic() + within_s
    told = False
    with closing(Database(url)) as database:
        while not database.is_sqlite:
            try:
                with database.read() as connection:
                    connection.execute(sa.text("SELECT 1"))
                return
            except OperationalError as error:
                reason = reason_of(error)
            if time.monotonic() > deadline:
                raise SettingsError(
                    f"SCRIBEDOCK_DATABASE_URL: no answer within {within_s:g} seconds: {reason}"
                )
            if not told:
                log.warning("the database does not answer; waiting", seconds=within_s, reason=reason)
                told = True
            time.sleep(PAUSE_S)


def is_unavailable(error: BaseException) -> bool:
    """Return whether the database could not be reached or was too busy, so that a later try may succeed."""
    if isinstance(error, sa.exc.TimeoutError):  # every connection of this process is in use
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in BUSY_CODES
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(UNREACHABLE)


def reason_of(error: Exception) -> str | None:
    """Return in one line why a database could not be used; None where that is not what went wrong."""
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        assert isinstance(error, DBAPIError)
        return " ".join(str(error.orig).split())
    return None
