"""A real S3 server on loopback: Ceph with one monitor, one OSD that keeps everything in memory, and its
RADOS gateway, from Debian's packages.

    python -m tests.s3.gateway FOLDER     starts one and leaves it running until Ctrl-C
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import TracebackType

import httpx2

PACKAGES = "radosgw ceph-mon ceph-osd ceph-mgr"
PROGRAMS = ("monmaptool", "ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin")
ACCESS_KEY = "AKSCRIBEDOCK"
SECRET_KEY = "a secret of the tests"
READY_S = 120
MEMORY_BYTES = 6 * 1024**3
USER = "scribedock"

CONFIGURATION = """
[global]
fsid = {fsid}
mon_host = [v1:127.0.0.1:{monitor_port}]
mon_initial_members = a
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_bind_msgr2 = false

# One copy of everything, on one OSD, in memory.
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
osd_class_default_list = *
osd_class_load_list = *
memstore_device_bytes = {memory}
memstore_page_set = true
mon_allow_pool_size_one = true
mon_data_avail_crit = 1

mon_data = {folder}/mon
mgr_data = {folder}/mgr
osd_data = {folder}/osd
run_dir = {folder}
log_file = {folder}/$name.log
admin_socket = {folder}/$name.asok
pid_file = {folder}/$name.pid

[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_enable_apis = s3
rgw_data = {folder}/rgw
"""


class Gateway:
    """Starts at `start`; all that it has started ends at `stop`, and its memory with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._front: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return what reaches the gateway as its user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        missing = [program for program in PROGRAMS if not _which(program)]
        if missing:
            raise RuntimeError(
                f"{', '.join(missing)} not found; install Ceph's gateway "
                f"(apt-get install --no-install-recommends {PACKAGES}), or set SCRIBEDOCK_TEST_S3_URL"
            )
        for name in ("mon", "mgr", "osd", "rgw"):
            (self._folder / name).mkdir(parents=True)
        monitor_port = free_port()
        self._configure(monitor_port)
        self._run("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a",
                  f"[v1:127.0.0.1:{monitor_port}]", str(self._folder / "monmap"))  # fmt: skip
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(self._folder / "monmap"))
        self._daemon("ceph-mon", "-i", "a")
        osd = str(uuid.uuid4())
        self._ceph("osd", "create", osd, "0")
        self._daemon("ceph-mgr", "-i", "x")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._ceph("osd", "crush", "add", "osd.0", "1.0", "root=default", "host=local")
        self._start_osd()
        self.start_front()
        self.admin("user", "create", f"--uid={USER}", "--display-name=tests",
                   f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")  # fmt: skip

    def _start_osd(self) -> None:
        """It ends when a young monitor refuses it, as that refuses others; then it starts again."""
        deadline = time.monotonic() + READY_S
        daemon = self._daemon("ceph-osd", "-i", "0")
        while json.loads(self._ceph("osd", "stat", "--format=json"))["num_up_osds"] < 1:
            assert time.monotonic() < deadline, self._complaints()
            if daemon.poll() is not None:
                self._daemons.remove(daemon)
                daemon = self._daemon("ceph-osd", "-i", "0")
            time.sleep(0.3)

    def start_front(self) -> None:
        """The gateway's HTTP side; what it stores lives on without it."""
        self._front = self._daemon("radosgw", "-n", "client.rgw")
        deadline = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(httpx2.TransportError):
                httpx2.get(self.endpoint, trust_env=False)
                return
            assert time.monotonic() < deadline and self._front.poll() is None, self._complaints()
            time.sleep(0.1)

    def stop_front(self) -> None:
        """As if its machine had lost power."""
        assert self._front is not None
        self._front.kill()
        self._front.wait()
        self._daemons.remove(self._front)

    def admin(self, *arguments: str) -> None:
        self._run("radosgw-admin", *arguments)

    def stop(self) -> None:
        for daemon in reversed(self._daemons):
            daemon.kill()
        for daemon in self._daemons:
            daemon.wait()
        self._daemons.clear()

    def __enter__(self) -> Gateway:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _configure(self, monitor_port: int) -> None:
        self._fsid = str(uuid.uuid4())
        (self._folder / "ceph.conf").write_text(
            CONFIGURATION.format(
                fsid=self._fsid,
                monitor_port=monitor_port,
                port=self.port,
                folder=self._folder,
                memory=MEMORY_BYTES,
            )
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return {**kept, "CEPH_CONF": str(self._folder / "ceph.conf")}

    def _ceph(self, *arguments: str) -> bytes:
        """Return a command that does no harm twice: a young monitor may refuse it."""
        deadline = time.monotonic() + READY_S
        while True:
            try:
                return self._run("ceph", "--connect-timeout", str(READY_S), *arguments)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _run(self, program: str, *arguments: str) -> bytes:
        done = subprocess.run(
            [_which(program), *arguments],
            env=self._environment(),
            cwd=self._folder,
            capture_output=True,
            timeout=READY_S,
        )
        assert done.returncode == 0, f"{program} {' '.join(arguments)}: {done.stderr.decode()[-2000:]}"
        return done.stdout

    def _daemon(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{program}.out").open("ab") as log:
            process = subprocess.Popen(
                # Killed with the tests, should these be killed.
                ["setpriv", "--pdeathsig", "KILL", _which(program), "-f", *arguments, *_as_root()],
                env=self._environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._daemons.append(process)
        return process

    def _complaints(self) -> str:
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')[-1000:]}"
            for path in sorted(self._folder.glob("*.out"))
        )


def _which(program: str) -> str:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin") or ""


def _as_root() -> tuple[str, ...]:
    """Return the daemons would change to Debian's user `ceph`, which owns nothing here."""
    return ("--setuser", "root", "--setgroup", "root") if os.geteuid() == 0 else ()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(folder: str) -> None:
    with Gateway(Path(folder).resolve()) as gateway:
        print(json.dumps(gateway.environment, indent=2), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
