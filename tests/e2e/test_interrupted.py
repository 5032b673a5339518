"""Tests that are interrupted leave no server, worker or database behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.guard import GIVEN, MARK, marked
from tests.support.machine.processes import heed_interrupts
from tests.support.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
ENDLESS = "tests/support/endless.py"
PATIENCE_S = 30  # before somebody presses Ctrl-C again


def interrupt(tests: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the tests until they end, as a terminal does: their whole process group at once."""
    while tests.poll() is None:
        os.killpg(tests.pid, number)
        with suppress(subprocess.TimeoutExpired):
            tests.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("database", "number"),
    [("sqlite", signal.SIGINT), ("sqlite", signal.SIGKILL), ("postgresql", signal.SIGTERM)],
)
def test_interrupted_tests_leave_nothing_behind(
    tmp_path: Path, database: str, number: signal.Signals
) -> None:
    run = uuid.uuid4().hex
    environment = {name: value for name, value in os.environ.items() if name != MARK} | {GIVEN: run}
    folder = tmp_path / "run"
    tests = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n", "1", "-k", database, "--basetemp", str(folder), ENDLESS],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    try:
        wait_until(lambda: list(folder.rglob("serving")))
        assert len(marked(run)) >= 3  # a process of pytest, a server, the server's worker
        interrupt(tests, number)
        wait_until(lambda: not marked(run))
    finally:
        tests.kill()
