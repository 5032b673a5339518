"""SQLite's files get smaller, and keep nothing of what was deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock.db import sqlite_file
from scribedock.db.engine import Database

WORD = "Zqplantedword"
ROWS = 2000


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        yield connection


def fill(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, key TEXT UNIQUE, text TEXT)")
        connection.execute("BEGIN")
        for number in range(ROWS):
            text = f"{WORD} " * (1 + number % 7 * 100)
            connection.execute("INSERT INTO words (key, text) VALUES (?, ?)", (f"{WORD}{number}", text))
        connection.execute("COMMIT")


def held(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if WORD.encode() in path.read_bytes()]


def delete_through_database(path: Path) -> None:
    """As the server does: batch by batch, with other rows between."""
    database = Database(f"sqlite:///{path}")
    for rest in range(5):
        with database.write() as connection:
            connection.execute(
                sa.text("UPDATE words SET text = 'x', key = id WHERE id % 10 = :rest"), {"rest": rest}
            )
            connection.execute(sa.text("DELETE FROM words WHERE id % 10 = :rest"), {"rest": rest + 5})
    database.close()


def test_deleted_rows_are_in_no_file_and_the_file_shrinks(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    sqlite_file.prepare(path)
    fill(path)
    assert sqlite_file.shrink(path)
    before = path.stat().st_size
    assert held(tmp_path) == [path.name]
    delete_through_database(path)
    assert sqlite_file.shrink(path)
    assert held(tmp_path) == []
    assert path.stat().st_size < before / 5


def test_a_file_of_an_older_release_is_rewritten_once(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    fill(path)
    with opened(path) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM words")
    before = path.stat().st_size
    assert held(tmp_path)
    sqlite_file.prepare(path)
    assert held(tmp_path) == []
    assert path.stat().st_size < before / 5
    changed = path.stat().st_mtime_ns
    sqlite_file.prepare(path)
    assert path.stat().st_mtime_ns == changed


def test_a_file_that_is_too_large_to_rewrite_is_left_as_it_is_with_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "large.sqlite"
    fill(path)
    with opened(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    monkeypatch.setattr(sqlite_file, "MAX_VACUUMED_BYTES", 1000)
    sqlite_file.prepare(path)
    assert path.read_bytes() == content
    assert "database not rewritten" in "".join(capsys.readouterr())
    delete_through_database(path)
    assert sqlite_file.shrink(path)
    assert held(tmp_path) == []


def test_where_somebody_reads_the_log_is_emptied_later(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite"
    sqlite_file.prepare(path)
    fill(path)
    with opened(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM words").fetchone()
        delete_through_database(path)
        assert not sqlite_file.shrink(path)
        assert held(tmp_path)
        reader.execute("COMMIT")
    assert sqlite_file.shrink(path)
    assert held(tmp_path) == []


def test_a_file_that_is_being_written_is_shrunk_later(tmp_path: Path) -> None:
    path = tmp_path / "locked.sqlite"
    sqlite_file.prepare(path)
    fill(path)
    with opened(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM words")
        assert not sqlite_file.shrink(path)
        writer.execute("COMMIT")
    assert sqlite_file.shrink(path)
