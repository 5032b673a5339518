"""The process beside a worker: what it counts, and what it says of the worker."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from scribedock import metrics, supervisor
from scribedock.db.tables import executors
from scribedock.supervisor import WorkerProcess
from scribedock.workflow.lease import LEASE_LOST, RESTS
from tests.support.core import Core
from tests.support.waiting import wait_until


def count(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def ending(monkeypatch: pytest.MonkeyPatch, core: Core, code: str) -> WorkerProcess:
    """Return the supervisor of workers that run this code."""
    monkeypatch.setattr(supervisor, "RESTART_PAUSE_S", 0.01)
    data_dir = core.services.settings.data_dir
    worker = WorkerProcess(core.services.settings, core.services.database)

    def spawn() -> None:
        with worker._lock:
            if worker._stopping.is_set():
                return
            worker._executor_id = uuid.uuid4().hex
            worker._process = subprocess.Popen(
                [sys.executable, "-c", code, str(data_dir)], stdin=subprocess.PIPE
            )

    monkeypatch.setattr(worker, "_spawn", spawn)
    return worker


@pytest.mark.parametrize(
    ("status", "reason", "lost"), [(LEASE_LOST, "lease_lost", 1), (1, "crashed", 0), (0, "ended", 0)]
)
def test_a_worker_that_ends_by_itself_is_counted_by_its_reason(
    core: Core, monkeypatch: pytest.MonkeyPatch, status: int, reason: str, lost: int
) -> None:
    ended, leases = (
        count("scribedock_worker_exits_total", reason=reason),
        count("scribedock_leases_lost_total"),
    )
    worker = ending(monkeypatch, core, f"raise SystemExit({status})")
    worker.start()
    wait_until(lambda: count("scribedock_worker_exits_total", reason=reason) > ended, pause_s=0.01)
    worker.stop()
    assert (count("scribedock_leases_lost_total") > leases) == bool(lost)


COPYING = """
import pathlib, sys
from scribedock.storage import copies
copies.new_copy(pathlib.Path(sys.argv[1]))
input()
"""


@pytest.mark.parametrize("end", [subprocess.Popen.kill, None], ids=["killed", "stopped"])
def test_copies_of_recordings_go_with_their_worker(
    core: Core, monkeypatch: pytest.MonkeyPatch, end: Callable[[subprocess.Popen[bytes]], None] | None
) -> None:
    folder = core.services.settings.data_dir / "work"
    worker = ending(monkeypatch, core, COPYING)
    worker.start()
    wait_until(lambda: list(folder.glob("*")), pause_s=0.01)
    [copy] = folder.glob("*")
    if end is not None:
        end(worker._process)  # type: ignore[arg-type]
        wait_until(lambda: not copy.exists(), pause_s=0.01)
    worker.stop()
    assert not copy.exists()


def test_no_worker_is_needed_while_one_rests(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    def living() -> int:
        with core.services.database.read() as connection:
            return len(connection.execute(sa.select(executors)).all())

    worker = ending(monkeypatch, core, f"raise SystemExit({RESTS})")
    exits = count("scribedock_worker_exits_total", reason="crashed")
    worker.start()
    for _ in range(2):
        wait_until(lambda: living() == 1, pause_s=0.01)  # the supervisor's
        first = worker._process
        assert worker.pid == -1
        assert worker.problems() == {}
        worker.wake()
        wait_until(lambda before=first: worker._process is not before, pause_s=0.01)
        assert worker.problems() == {}
    wait_until(lambda: living() == 1, pause_s=0.01)
    worker.stop()
    assert living() == 0
    assert count("scribedock_worker_exits_total", reason="crashed") == exits


def test_a_worker_is_well_while_it_runs_and_holds_its_lease(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = ending(monkeypatch, core, "input()")
    assert worker.problems() == {"worker": "not running"}
    worker.start()
    assert worker.problems() == {"worker": "starting"}
    for silent_s, problems in ((0, {}), (3600, {"worker": "silent"})):
        heartbeat = core.clock.now() - timedelta(seconds=silent_s)
        with core.services.database.write() as connection:
            connection.execute(executors.delete())
            connection.execute(
                executors.insert().values(
                    id=worker._executor_id, host="a", heartbeat=heartbeat, crashed=False
                )
            )
        assert worker.problems() == problems
    core.services.database.close()
    worker.stop()
    assert worker.problems() == {"worker": "not running"}
