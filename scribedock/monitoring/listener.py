"""The address on which metrics and health are answered; never that of the API."""

from __future__ import annotations

import ipaddress
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from scribedock.host.shared_counts import are_shared
from scribedock.metrics import REGISTRY
from scribedock.monitoring.bounded import LIMIT_S, BoundedQuestion
from scribedock.settings import SettingsError

log = structlog.get_logger("scribedock.monitoring")

CONNECTION_S = 10.0  # after which a silent connection is closed
Checks = Mapping[str, Callable[[], Mapping[str, str]]]
"""What is answered at each path of a health check: problems by the part that has them; none: all is well."""
Start = Callable[[str, list[tuple[str, str]]], object]


class MonitoringListener:
    """Serves `/metrics` and health checks in threads of its own, until it is stopped."""

    def __init__(self, address: str, *, collectors: Sequence[Collector], checks: Checks) -> None:
        """Listen on `address`, `host:port`. Raises SettingsError where that is not possible."""
        host, port = split_address(address)
        self._checks = {path: BoundedQuestion(check) for path, check in checks.items()}
        self._registry = _registry(collectors)
        self._turn = threading.Lock()  # one scrape at a time: each asks the database
        try:
            self._server = make_server(host, port, self._answer, _server_class(host), handler_class=_Handler)
        except (OSError, UnicodeError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SettingsError(
                f"SCRIBEDOCK_METRICS_ADDRESS: cannot listen on {address}: {reason}"
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="monitoring", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def start(self) -> None:
        self._thread.start()
        log.info("monitoring", port=self.port)
        host = str(self._server.server_address[0])
        if not ipaddress.ip_address(host).is_loopback:
            log.warning("metrics are shown without a login to whoever reaches this address", address=host)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _plain(start, "405 Method Not Allowed", b"Use GET\n", ("Allow", "GET, HEAD"))
        if path == "/metrics":
            with self._turn:
                body = generate_latest(self._registry)
            return _plain(start, "200 OK", body, ("Content-Type", CONTENT_TYPE_LATEST))
        if path not in self._checks:
            known = ", ".join(("/metrics", *self._checks))
            return _plain(start, "404 Not Found", f"There are {known}\n".encode())
        try:
            problems = dict(self._checks[path].answer())
        except TimeoutError:
            problems = {"checks": f"no answer within {LIMIT_S:g} seconds"}
        status = "503 Service Unavailable" if problems else "200 OK"
        body = json.dumps(
            {"status": "not well", "problems": problems} if problems else {"status": "ok"}
        ).encode()
        return _plain(start, status, body, ("Content-Type", "application/json"))


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port`, `[address]:port`, or a port alone, which means loopback."""
    host, _, port = address.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def _registry(collectors: Sequence[Collector]) -> CollectorRegistry:
    """Return everything that is shown: the counts, of all processes where they are shared, and the rest."""
    registry = CollectorRegistry()
    if are_shared():
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    ProcessCollector(registry=registry)
    for each in collectors:
        registry.register(each)
    return registry


def _plain(start: Start, status: str, body: bytes, *headers: tuple[str, str]) -> Iterable[bytes]:
    start(status, [*headers, ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
    return [body]


class _Handler(WSGIRequestHandler):
    timeout = CONNECTION_S

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: whoever watches asks every few seconds."""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the network for the name of this machine."""
        socketserver.TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)
        self.setup_environ()


def _server_class(host: str) -> type[_Server]:
    class Listening(_Server):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    return Listening
