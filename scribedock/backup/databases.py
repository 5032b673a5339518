"""SQLite databases: a copy of one state while others write, and what it names in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scribedock.backup.errors import BackupError

PAGES_PER_STEP = 2048
LOCK_TIMEOUT_S = 30.0

Progress = Callable[[int, int], None]
"""Is told how much of how much is done."""


@dataclass(frozen=True, kw_only=True)
class NamedFiles:
    """What a database says the store has."""

    objects: Mapping[str, int | None]  # bytes by key
    partials: frozenset[str]


def copy_database(source: Path, target: Path, progress: Progress) -> None:
    """Copy one state of the database, whatever is written to it meanwhile, into a file of its own.

    Raises BackupError where the copy is damaged, sqlite3.Error.
    """
    for name in files_of(target):
        target.with_name(name).unlink(missing_ok=True)
    target.touch(mode=0o600)
    with (
        closing(_opened(source)) as reading,
        closing(sqlite3.connect(target, isolation_level=None)) as writing,
    ):
        # In a transaction the source stands still, so that the copy need not begin again at every write.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing, pages=PAGES_PER_STEP, progress=lambda _, left, pages: progress(pages - left, pages)
        )
        reading.execute("ROLLBACK")
        # One file, without a log beside it.
        writing.execute("PRAGMA journal_mode=DELETE")
        check(writing, target)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise BackupError where the database is damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupError(f"{path} is damaged: {found}")


def named_files(database: Path) -> NamedFiles:
    """Return what our database names in the store."""
    with closing(_opened(database)) as connection:
        objects = connection.execute(
            "SELECT storage_key, bytes FROM media WHERE storage_key IS NOT NULL "
            "UNION SELECT storage_key, bytes FROM renditions WHERE storage_key IS NOT NULL"
        ).fetchall()
        partials = connection.execute("SELECT partial FROM uploads WHERE partial IS NOT NULL").fetchall()
    return NamedFiles(objects=dict(objects), partials=frozenset(name for (name,) in partials))


def keys_of_jobs(database: Path, job_ids: Iterable[str]) -> frozenset[str]:
    """Return the keys in the store that our database names for these jobs."""
    wanted = frozenset(job_ids)
    with closing(_opened(database)) as connection:
        rows = connection.execute(
            "SELECT job_id, storage_key FROM media UNION SELECT job_id, storage_key FROM renditions"
        ).fetchall()
    return frozenset(key for job_id, key in rows if key is not None and job_id in wanted)


def revision_of(database: Path) -> str:
    """Return the newest migration of our database."""
    with closing(_opened(database)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def count(database: Path, table: str) -> int:
    with closing(_opened(database)) as connection:
        return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - ours


def is_in_use(database: Path) -> bool:
    """Return whether another process has the database open; a file that is none any more is not in use."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return False


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=LOCK_TIMEOUT_S, isolation_level=None
    )


def files_of(database: Path) -> tuple[str, ...]:
    """Return the names of the files that a database has."""
    return tuple(database.name + suffix for suffix in ("", "-wal", "-shm", "-journal"))
