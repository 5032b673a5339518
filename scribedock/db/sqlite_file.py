"""SQLite files: deleted data is overwritten, and free pages are returned.

SQLite leaves deleted rows in the file until their pages are used again, and never shrinks the file by itself.
`SECURE_DELETE` changes the first for a connection; the second takes a file that was created for it, or one
VACUUM (`prepare`). What is overwritten in the database is still in its write-ahead log until that is emptied
(`shrink`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import structlog

log = structlog.get_logger("scribedock.database")

SECURE_DELETE = "PRAGMA secure_delete=ON"
AUTO_VACUUM_INCREMENTAL = 2
SEARCHED = ("passages_fts", "job_names_fts")  # tables of FTS5
MAX_VACUUMED_BYTES = 2 * 1024**3
"""The size of the largest file that an upgrade rewrites: that takes about a second for 100 MB, in which
nothing is served."""
# Times the file's own size: VACUUM may need it for its copy and the log of writing it back.
VACUUM_ROOM_FACTOR = 2.5
PAGES_PER_TRANSACTION = 5000  # returned in one transaction, for which others wait
MERGED_PAGES = 500  # of the search's index, in one transaction
LOCK_TIMEOUT_S = 1.0


def prepare(path: Path) -> None:
    """Create the file, or rewrite one of an older release, so that `shrink` can make it smaller.

    Where that is not possible (too large, no room, in use), the log says so and the file stays as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(path, LOCK_TIMEOUT_S)) as connection:
        if _number(connection, "auto_vacuum") == AUTO_VACUUM_INCREMENTAL and path.stat().st_size:
            return
        problem = _why_not(path)
        if problem is None:
            connection.execute(SECURE_DELETE)
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            try:
                connection.execute("VACUUM")
                _empty_log(connection)
            except sqlite3.Error as error:
                problem = str(error)
    if problem is not None:
        log.warning(
            "database not rewritten: it will not get smaller, and may keep what was deleted before this "
            "release; stop the server and run VACUUM on it with PRAGMA auto_vacuum=2",
            file=path.name,
            reason=problem,
        )


def shrink(path: Path) -> bool:
    """Return free pages to the file system and empty the write-ahead log.

    Returns False where another process held a lock; it is to be tried again then.
    """
    try:
        with closing(_connect(path, LOCK_TIMEOUT_S)) as connection:
            connection.execute(SECURE_DELETE)
            if not _merge_search(connection):
                return False
            free = _number(connection, "freelist_count")
            if _number(connection, "auto_vacuum") == AUTO_VACUUM_INCREMENTAL and free:
                # A script runs to its end; `execute` would return the first page only.
                connection.executescript(f"PRAGMA incremental_vacuum({PAGES_PER_TRANSACTION})")
            return _empty_log(connection) and free <= PAGES_PER_TRANSACTION
    except sqlite3.OperationalError as error:
        log.debug("database not shrunk yet", file=path.name, reason=str(error))
        return False


def _merge_search(connection: sqlite3.Connection) -> bool:
    """Merge each index of words into one part: words that were deleted stand in older parts until then.

    Returns False where there is more to merge, so that no other writer waits for long.
    """
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    merged = [_merge(connection, index) for index in SEARCHED if index in there]
    return all(merged)


def _merge(connection: sqlite3.Connection, index: str) -> bool:
    before = connection.total_changes
    # Negative: all parts are to become one.
    merge = f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)"  # noqa: S608 - a name of ours
    connection.execute(merge, (-MERGED_PAGES,))
    return connection.total_changes - before < 2  # as SQLite's documentation says of the end of merging


def _connect(path: Path, patience_s: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience_s, isolation_level=None)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _empty_log(connection: sqlite3.Connection) -> bool:
    """Return whether all of the write-ahead log is in the database and the log empty, or there is none."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _why_not(path: Path) -> str | None:
    size = path.stat().st_size
    if size > MAX_VACUUMED_BYTES:
        return f"it is larger than {MAX_VACUUMED_BYTES:,} bytes"
    temporary = os.environ.get("SQLITE_TMPDIR") or tempfile.gettempdir()
    if (
        min(shutil.disk_usage(path.parent).free, shutil.disk_usage(temporary).free)
        < VACUUM_ROOM_FACTOR * size
    ):
        return "there is too little room on the disk"
    return None
