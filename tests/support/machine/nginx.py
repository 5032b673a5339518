"""nginx, as Debian has it, before a server of ours: what most operators run."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.machine.certificates import certificate

WITHIN_S = 60


@dataclass(frozen=True, kw_only=True)
class Front:
    """One way to put nginx before the server."""

    prefix: str = ""  # of the path, taken off before the request goes on
    tls: bool = False  # with HTTP/2
    upstream: str = ""  # version of HTTP to the server; empty: what nginx does by itself, which is 1.0

    def __str__(self) -> str:
        return " ".join(
            (self.prefix or "root", "TLS and HTTP/2" if self.tls else "plain", self.upstream or "default")
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Nginx:
    """Runs one nginx with a front each on a port of loopback, until the end of the `with` block."""

    def __init__(self, folder: Path, server_url: str, fronts: tuple[Front, ...]) -> None:
        self._folder = folder
        self._server_url = server_url
        self._ports = {front: _free_port() for front in fronts}
        self.certificate, self._key = certificate(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, front: Front) -> str:
        """Return the base URL of a front, with its prefix."""
        return f"{'https' if front.tls else 'http'}://localhost:{self._ports[front]}{front.prefix}"

    def __enter__(self) -> Nginx:
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        assert program is not None, "nginx is missing: apt-get install nginx-light"
        configuration = self._folder / "nginx.conf"
        configuration.write_text(self._configuration())
        self._process = subprocess.Popen([program, "-p", str(self._folder), "-c", str(configuration)])
        deadline = time.monotonic() + WITHIN_S
        for port in self._ports.values():
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert self._process.poll() is None and time.monotonic() < deadline, self.log()
                time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(WITHIN_S)

    def log(self) -> str:
        return (self._folder / "error.log").read_text()

    def _configuration(self) -> str:
        temporary = "".join(
            f"{kind}_temp_path {self._folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        servers = "".join(self._server(front, port) for front, port in self._ports.items())
        return (
            f"user {pwd.getpwuid(os.getuid()).pw_name};\ndaemon off;\nworker_processes 1;\n"
            f"pid {self._folder}/pid;\nerror_log {self._folder}/error.log;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{servers}}}\n"
        )

    def _server(self, front: Front, port: int) -> str:
        listen = f"listen 127.0.0.1:{port}"
        if front.tls:
            listen += f" ssl http2;\nssl_certificate {self.certificate};\nssl_certificate_key {self._key}"
        upstream = ""
        if front.upstream:
            upstream = f'proxy_http_version {front.upstream};\nproxy_set_header Connection "";\n'
            upstream += "proxy_request_buffering off;\n"
        server = urlsplit(self._server_url).netloc
        forwarded = "proxy_set_header X-Forwarded-Prefix " + front.prefix + ";\n" if front.prefix else ""
        return (
            f"server {{\n{listen};\nclient_max_body_size 0;\nlocation {front.prefix}/ {{\n"
            f"proxy_pass http://{server}/;\n{upstream}{forwarded}"
            "proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Host $http_host;\n"
            "proxy_set_header X-Forwarded-Proto $scheme;\nproxy_set_header X-Forwarded-For $remote_addr;\n"
            "}\n}\n"
        )
