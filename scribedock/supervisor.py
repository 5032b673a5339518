"""Keeps one worker process running: restarts it when it dies, and ends it at the end.

That the supervisor survives its worker is what distinguishes a crash from a machine that went down. A worker
that has had nothing to do for a while ends; the supervisor then holds a lease in its place, and starts
another one when there is work.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import IO, Protocol

import sqlalchemy as sa
import structlog
from prometheus_client import ProcessCollector
from prometheus_client.registry import Collector

from scribedock import app, metrics
from scribedock.children.zygote import Zygote, ZygoteGone
from scribedock.db.engine import Database, shared_time
from scribedock.db.key_fingerprints import KeyFingerprints
from scribedock.db.tables import executors
from scribedock.db.waiting import wait_for_database
from scribedock.host import data_folder
from scribedock.keys.keys import load_keys
from scribedock.monitoring.listener import Checks, MonitoringListener
from scribedock.settings import Settings
from scribedock.speech.configured import recognizer, speaker_model
from scribedock.storage import copies
from scribedock.workflow.lease import LEASE_LOST, RESTS, Lease, note_crash
from scribedock.workflow.needs import Needs

log = structlog.get_logger("scribedock.worker")

GRACE_S = 10
RESTART_PAUSE_S = 1.0
LONGEST_REST_S = 1800.0  # whoever waits for nothing but time, as retention does, has its turn as often
REST_POLL_FACTOR = 4  # how much more seldom work is looked for that nobody told of
WAKING_S = 10.0  # within which a worker that is started after a rest holds its lease


class _Process(Protocol):
    """What is used here of `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[bytes] | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class WorkerProcess:
    """The worker beside this process; it ends with this process, however that ends."""

    def __init__(self, settings: Settings, database: Database, zygote: Zygote | None = None) -> None:
        """Set up.

        zygote: forks each worker, which works as the executor whose id it is given. Without one, or once it
        has ended, workers are started in a new interpreter.
        """
        self._settings = settings
        self._database = database
        self._zygote = zygote
        self._process: _Process | None = None
        self._executor_id = ""
        self._needs = Needs(database, lease_s=settings.lease_s)
        self._excused_until = -math.inf  # there need be no worker until then
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._spawn()
        self._watcher.start()

    def wake(self) -> None:
        """Tell the worker that there is work; otherwise it finds the work a little later."""
        self._awake.set()
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it is ending, or has much to read already
                process.stdin.write(b".")

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()
        with self._lock:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._watcher.join()
        copies.remove_abandoned(self._settings.data_dir)
        if self._zygote is not None:
            self._zygote.close()

    def _spawn(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            self._executor_id = uuid.uuid4().hex
            self._process = self._forked() or self._started()
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)

    def _forked(self) -> _Process | None:
        """Fork a worker; return None without a zygote."""
        if self._zygote is None:
            return None
        try:
            return self._zygote.fork(self._executor_id, title=f"scribedock worker {self._executor_id}")
        except ZygoteGone as error:
            log.warning(
                "workers take more memory from now on: the process they were forked from has ended",
                reason=str(error),
            )
            self._zygote.kill()
            self._zygote = None
            return None

    def _started(self) -> _Process:
        """Start a worker in a new interpreter. It ends when the pipe to it does: that is, with us."""
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "scribedock", "worker", "--executor", self._executor_id),
                *("--data-dir", str(self._settings.data_dir)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            assert self._process is not None
            status = self._process.wait()
            if self._stopping.is_set():
                return
            copies.remove_abandoned(self._settings.data_dir)
            if status == RESTS:
                self._rest()
                self._spawn()
                continue
            log.error("worker ended; starting another", status=status)
            metrics.WORKER_EXITS.labels(_reason(status)).inc()
            if status == LEASE_LOST:
                metrics.LEASES_LOST.inc()
            if status not in (0, LEASE_LOST):
                self._note_crash()
            time.sleep(RESTART_PAUSE_S)
            self._spawn()

    def _rest(self) -> None:
        """Hold a lease in the place of a worker until one is needed."""
        self._excused_until = math.inf
        lease = Lease(self._database, self._settings.data_dir / "executors", lease_s=self._settings.lease_s)
        try:
            lease.acquire()
            self._wait_for_work(lease)
            lease.release()
        except Exception:
            log.exception("a worker is started while the database is away")
        self._excused_until = time.monotonic() + WAKING_S

    def _wait_for_work(self, lease: Lease) -> None:
        over = time.monotonic() + LONGEST_REST_S
        beat = 0.0
        self._awake.clear()
        while not (self._awake.is_set() or self._stopping.is_set()) and time.monotonic() < over:
            try:
                if self._needs.any(lease.executor_id):
                    return
                if time.monotonic() > beat:
                    beat = time.monotonic() + self._settings.lease_s / 3
                    if not lease.renew():
                        return
            except Exception:
                log.exception("work could not be looked for; it is tried again")
            self._awake.wait(REST_POLL_FACTOR * self._settings.workflow_poll_s)

    @property
    def pid(self) -> int:
        """The worker's process id; -1 where none runs."""
        process = self._process
        return -1 if process is None or process.poll() is not None else process.pid

    def problems(self) -> dict[str, str]:
        """Return what is wrong with the worker, by part; nothing where it is well, or none is needed."""
        excused = time.monotonic() < self._excused_until
        if self.pid < 0 and not excused:
            return {"worker": "not running"}
        query = sa.select(executors.c.heartbeat).where(executors.c.id == self._executor_id)
        try:
            with self._database.read() as connection:
                heartbeat = connection.execute(query).scalar_one_or_none()
                oldest = shared_time(connection) - timedelta(seconds=self._settings.lease_s)
        except Exception as error:
            return {"database": type(error).__name__}
        if heartbeat is None:
            return {} if excused else {"worker": "starting"}
        return {} if heartbeat >= oldest else {"worker": "silent"}

    def _note_crash(self) -> None:
        try:
            note_crash(self._database, self._executor_id)
        except Exception:
            log.exception("the crash of a worker could not be noted")


def _reason(status: int) -> str:
    return {0: "ended", LEASE_LOST: "lease_lost"}.get(status, "crashed")


def monitored(
    address: str, worker: WorkerProcess | None, *, collectors: Sequence[Collector] = (), checks: Checks
) -> MonitoringListener:
    """Return what shows this process's metrics and those of its worker. Raises SettingsError."""
    of_worker: tuple[Collector, ...] = ()
    if worker is not None:
        of_worker = (ProcessCollector(namespace="scribedock_worker", pid=lambda: worker.pid, registry=None),)
    return MonitoringListener(address, collectors=[*of_worker, *collectors], checks=checks)


def run(settings: Settings, zygote: Zygote) -> None:
    """Keep a worker running, forked from the zygote, until SIGTERM or SIGINT. Raises SettingsError."""
    recognizer(settings)
    speaker_model(settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    data_folder.enter(settings.data_dir)
    wait_for_database(app.database_url(settings), within_s=settings.database_wait_s)
    app.prepare(settings)
    database = Database(app.database_url(settings))
    KeyFingerprints(database, load_keys(settings)).learn()
    worker = WorkerProcess(settings, database, zygote)
    listener = None
    if settings.metrics_address is not None:
        checks = {"/healthz": worker.problems, "/readyz": worker.problems}
        listener = monitored(settings.metrics_address, worker, checks=checks)
        listener.start()
    worker.start()
    stopping.wait()
    worker.stop()
    if listener is not None:
        listener.stop()
    database.close()
