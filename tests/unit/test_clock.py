"""Who may ask the machine for the time: everything else is given a clock, so that a test can set it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scribedock
from scribedock import app
from scribedock.db.engine import time_of
from scribedock.settings import Settings
from scribedock.testing.clock import ManualClock

PACKAGE = Path(scribedock.__file__).parent
ASKED = {"utc_now", "datetime.now", "time.time"}
ALLOWED = {
    "clock.py": "is the clock",
    "storage/cloud/check.py": "compares the machine's clock with the store's",
    "storage/cloud/writers.py": "compares with the times of files",
    "storage/file.py": "compares with the times of files",
    "budgets/rates.py": "compares with the times of a library",
    "workflow/eraser.py": "compares with the times of files",
    "batch/workspace.py": "compares with the times of files",
    "keys/keys.py": "compares with the times of files",
}


def asking(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ASKED:
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_the_machine_is_asked_for_the_time_only_where_nothing_else_would_do() -> None:
    everywhere = {path.relative_to(PACKAGE).as_posix(): list(asking(path)) for path in PACKAGE.rglob("*.py")}
    assert [found for name, found in everywhere.items() if found and name not in ALLOWED] == []
    assert [name for name in ALLOWED if not everywhere[name]] == []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def services(tmp_path: Path, clock: ManualClock) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, admin_password="secret")  # type: ignore[arg-type]
    app.prepare_database(settings)
    built = app.build_services(settings, clock=clock)
    app.ensure_first_account(built)
    yield built
    built.close()


def test_transactions_write_the_time_of_the_clock_that_is_handed_in(
    services: app.Services, clock: ManualClock
) -> None:
    assert services.clock is clock
    clock.advance(90)
    for transaction in (services.database.read, services.database.write, services.database.stamp):
        with transaction() as connection:
            assert time_of(connection) == clock.now()
