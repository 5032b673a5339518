"""`scribedock worker` beside a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.processes import children, workers_of
from tests.support.waiting import wait_until


def alone(folder: Path, **settings: str) -> OwnServer:
    """Return a server that has no worker of its own."""
    return OwnServer(folder / "server", arguments=("--no-worker",), workflow_poll_s="0.1", **settings)


@contextmanager
def lone_worker(server: OwnServer, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "scribedock", "worker"], stderr=file, env=server.environment()
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def events(log: Path, name: str) -> list[dict[str, object]]:
    lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    return [line for line in lines if line["event"] == name]


def wait_for(log: Path, name: str, count: int) -> None:
    deadline = time.monotonic() + 120
    while len(events(log, name)) < count:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_a_separate_worker_works_is_replaced_when_it_dies_and_stops_cleanly(
    tmp_path: Path, quiet: Path
) -> None:
    log = tmp_path / "worker.log"
    with alone(tmp_path) as server, lone_worker(server, log) as worker:
        wait_for(log, "worker ready", 1)
        [first] = workers_of(worker.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(log, "worker ready", 2)
        assert first not in workers_of(worker.pid)

        client = Client(server).login()
        jobs = [client.new_job() for _ in range(4)]
        for job in jobs:
            client.upload(job, quiet)
            client.order(job)
        assert {client.finished(job)["JobStatus"] for job in jobs} == {"Complete"}

        worker.terminate()
        assert worker.wait(20) == 0
        assert events(log, "worker stopped")


def test_no_worker_runs_while_there_is_nothing_to_do(tmp_path: Path, quiet: Path) -> None:
    with OwnServer(tmp_path / "server", speech_idle_s="1", workflow_poll_s="0.1") as server:
        assert server.process is not None
        pid = server.process.pid
        client = Client(server).login()
        for number in (1, 2, 3):  # it rests before its first work too
            wait_for(server.log_path, "worker rests", number)
            wait_until(lambda: not workers_of(pid), pause_s=0.05)
            job = client.new_job()
            client.upload(job, quiet)
            client.order(job)
            assert client.finished(job)["JobStatus"] == "Complete"
        wait_for(server.log_path, "worker rests", 4)
        client.get("job/del", job_id=job)  # tells nobody
        wait_for(server.log_path, "deleted job erased", 1)
        assert not events(server.log_path, "worker ended; starting another")


def test_a_separate_worker_that_rests_finds_work_that_nobody_told_it_of(tmp_path: Path, quiet: Path) -> None:
    log = tmp_path / "worker.log"
    with alone(tmp_path, speech_idle_s="1") as server, lone_worker(server, log) as worker:
        wait_for(log, "worker rests", 1)
        wait_until(lambda: not workers_of(worker.pid), pause_s=0.05)
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, quiet)
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
        wait_for(log, "worker rests", 2)
        worker.terminate()
        assert worker.wait(20) == 0


def test_a_worker_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with alone(tmp_path) as server, lone_worker(server, log) as worker:
        wait_for(log, "worker ready", 1)
        worker.kill()
        wait_for(log, "worker stopped", 1)


def test_a_worker_is_started_anew_where_the_process_it_was_forked_from_has_ended(
    tmp_path: Path, quiet: Path
) -> None:
    with OwnServer(tmp_path / "server", workflow_poll_s="0.1") as server:
        assert server.process is not None
        wait_for(server.log_path, "worker ready", 1)
        [zygote] = children(server.process.pid)
        os.kill(zygote, signal.SIGKILL)
        wait_for(server.log_path, "worker ready", 2)
        assert len(children(server.process.pid)) == 1
        assert "workers take more memory from now on" in server.log_path.read_text()
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, quiet)
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
