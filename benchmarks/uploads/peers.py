"""The servers that `upload.py` compares: scribedock, nginx's DAV PUT behind secure_link, and Starlette."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.machine.processes import children, workers_of

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A server under test."""

    name: str
    pid: int
    info_url: str
    upload_url: Callable[[], str]
    stored: Path  # where the recordings are
    durable: bool = True  # its 200 says that the bytes survive a crash; else the client syncs the file
    tls: ssl.SSLContext | None = None
    made: list[Path] = field(default_factory=list)  # files of a server that is not durable

    def clear(self) -> None:
        """Removes the recordings, so that the disk does not fill up."""
        for path in self.stored.rglob("*"):
            if path.is_file():
                path.unlink()
        self.made.clear()

    def cpu_s(self) -> float:
        """Processor seconds of the server so far, its threads included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for loopback, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(cert)),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@contextmanager
def scribedock(folder: Path, tls: tuple[Path, Path] | None = None, **settings: str) -> Iterator[Peer]:
    """Its worker is halted: it would read every recording meanwhile, as nginx's peers do not."""
    arguments = ("--tls-cert", str(tls[0]), "--tls-key", str(tls[1])) if tls else ()
    context = ssl.create_default_context(cafile=str(tls[0])) if tls else None
    with OwnServer(
        folder, arguments=arguments, upload_min_rate="0", log_level="warning", disk_reserve="0", **settings
    ) as server:
        assert server.process is not None
        time.sleep(2)
        [worker] = workers_of(server.process.pid)
        os.kill(worker, signal.SIGSTOP)
        http = httpx2.Client(base_url=server.base_url, trust_env=False, timeout=60, verify=context or True)

        def call(path: str, **parameters: str) -> dict[str, str]:
            answer = http.get(f"/api/{path}", params={"v": "1", **parameters})
            answer.raise_for_status()
            return dict(answer.json())

        token = call("account/login", username="admin", password=server.password)["ApiToken"]
        watched = call("job/new", api_token=token)["JobId"]

        def upload_url() -> str:
            job = call("job/new", api_token=token)["JobId"]
            return call("job/request_upload_url", api_token=token, job_id=job)["upload_url"]

        info = f"{server.base_url}/api/job/info?v=1&api_token={token}&job_id={watched}"
        try:
            yield Peer(
                name="scribedock" + (" TLS" if tls else ""),
                pid=server.process.pid,
                info_url=info,
                upload_url=upload_url,
                stored=server.data_dir / "media",
                tls=context,
            )
        finally:
            os.kill(worker, signal.SIGCONT)


@contextmanager
def plain(folder: Path) -> Iterator[Peer]:
    """An upload endpoint as most services have it: Starlette's request stream (see plain_server.py)."""
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).parent / "plain_server.py"), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    base = f"http://127.0.0.1:{process.stdout.readline().strip()}"
    _wait_until_up(f"{base}/info")
    try:
        yield Peer(
            name="Starlette",
            pid=process.pid,
            info_url=f"{base}/info",
            upload_url=lambda: f"{base}/upload",
            stored=folder / "recordings",
        )
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


NGINX = """
user root;
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/p;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port}{ssl};
        {certificate}
        root {folder}/data;
        location = /info {{ return 200 '{{"name": "a job"}}'; }}
        location /upload/ {{
            secure_link $arg_md5,$arg_expires;
            secure_link_md5 "$secure_link_expires$uri {secret}";
            if ($secure_link = "") {{ return 403; }}
            if ($secure_link = "0") {{ return 410; }}
            dav_methods PUT;
        }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, tls: tuple[Path, Path] | None = None) -> Iterator[Peer]:
    """One worker, Debian's defaults. It syncs nothing, so the client syncs file and folder."""
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        raise SystemExit("nginx is not installed (Debian: apt-get install nginx-light)")
    (folder / "data" / "upload").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = secrets.token_hex(16)
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(
            folder=folder,
            port=port,
            secret=secret,
            ssl=" ssl" if tls else "",
            certificate=f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};" if tls else "",
        )
    )
    process = subprocess.Popen([binary, "-c", str(config)], stderr=subprocess.DEVNULL)
    base = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    context = ssl.create_default_context(cafile=str(tls[0])) if tls else None
    _wait_until_up(f"{base}/info", context)
    made: list[Path] = []

    def upload_url() -> str:
        name, expires = secrets.token_hex(16), int(time.time()) + 43_200
        digest = hashlib.new("md5", f"{expires}/upload/{name} {secret}".encode(), usedforsecurity=False)
        encoded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        made.append(folder / "data" / "upload" / name)
        return f"{base}/upload/{name}?md5={encoded}&expires={expires}"

    try:
        yield Peer(
            name="nginx" + (" TLS" if tls else ""),
            pid=children(process.pid)[0],
            info_url=f"{base}/info",
            upload_url=upload_url,
            stored=folder / "data" / "upload",
            durable=False,
            tls=context,
            made=made,
        )
    finally:
        process.terminate()
        process.wait()


def _wait_until_up(url: str, context: ssl.SSLContext | None = None) -> None:
    for _ in range(100):
        try:
            httpx2.get(url, trust_env=False, verify=context or True)
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")
