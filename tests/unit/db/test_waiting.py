"""Waiting for a database that does not answer yet."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock.db import waiting
from scribedock.db.waiting import is_unavailable, reason_of, wait_for_database
from scribedock.settings import SettingsError


class LateDatabase:
    """Refuses twice, then answers."""

    is_sqlite = False

    def __init__(self, url: str) -> None:
        self.tries = 0

    def read(self) -> LateDatabase:
        return self

    def __enter__(self) -> LateDatabase:
        self.tries += 1
        if self.tries < 3:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("the database system\n is starting up"))
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, statement: object) -> None:
        return None

    def close(self) -> None:
        return None


def test_a_database_that_starts_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(waiting, "Database", LateDatabase)
    monkeypatch.setattr(waiting.time, "sleep", pauses.append)
    wait_for_database("postgresql://127.0.0.1/x", within_s=60)
    assert len(pauses) == 2
    with pytest.raises(SettingsError, match=r"within 0 seconds: the database system is starting up\Z"):
        wait_for_database("postgresql://127.0.0.1/x", within_s=0)


def test_defects_have_no_reason_that_an_operator_could_mend() -> None:
    assert reason_of(sa.exc.ProgrammingError("x", {}, Exception("syntax error"))) is None
    assert reason_of(ValueError("x")) is None


def test_a_database_that_is_busy_for_too_long_is_unavailable_and_a_wrong_statement_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "busy.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    for statement, unavailable in (("CREATE TABLE t (c)", True), ("no statement", False)):
        with pytest.raises(sa.exc.OperationalError) as failed, engine.begin() as connection:
            connection.execute(sa.text(statement))
        assert is_unavailable(failed.value) is unavailable
    assert is_unavailable(sa.exc.TimeoutError())
    assert not is_unavailable(ValueError("x"))
    engine.dispose()
    other.close()
