"""`scribedock serve`: the API in this process, and a worker process beside it."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import structlog
import uvicorn

from scribedock import __version__, app
from scribedock.api.application import build
from scribedock.api.health import problems
from scribedock.api.registry import Backend
from scribedock.api.transport.authority import authority
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.protocol import protocol_class
from scribedock.api.transport.upload_service import UploadService
from scribedock.api.transport.waiting import BODIES_AT_ONCE, BranchLimit
from scribedock.children.zygote import Zygote
from scribedock.db.waiting import wait_for_database
from scribedock.host import data_folder, presence
from scribedock.host.descriptors import open_as_many_files_as_possible
from scribedock.media.fetching.fetch_seat import fetch_crew
from scribedock.monitoring import spans
from scribedock.monitoring.collector import InstallationCollector
from scribedock.monitoring.listener import MonitoringListener
from scribedock.ordering.capabilities import configured_capabilities
from scribedock.parsing.parser import Parser
from scribedock.rendering.renderings import Renderings
from scribedock.sandbox import separation
from scribedock.sandbox.example import Example
from scribedock.settings import Settings, SettingsError
from scribedock.speech.configured import recognizer
from scribedock.supervisor import WorkerProcess, monitored
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.web.routes import web_routes
from scribedock.workflow.engine_client import EngineClient

log = structlog.get_logger("scribedock.server")

GRACE_S = 10
KEEP_ALIVE_S = 75
SWITCH_S = 0.0003
"""How soon a thread that computes lets another run. At Python's 5 ms, `job/info` took three to nine times as
long while a list of all jobs was read; at this, two, and the list no longer
(`benchmarks/service/job_list.py`)."""
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how this machine reaches them


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    sandbox: bool = False,
    zygote: Zygote | None,
    ready: Callable[[str, str | None], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    sandbox: whether the whole server is one. zygote: forks the worker beside the API; without it there is
    none. ready: is called with the base URL and the path of a new admin password's file once calls are
    answered.

    Raises SettingsError, even where the address cannot be listened on, and where data folder or database
    belong to the other kind of server.
    """
    if not is_loopback(host) and settings.public_url is None:
        raise SettingsError(
            f"SCRIBEDOCK_PUBLIC_URL: must be set to listen on {host}, because the URLs that are handed out "
            "start with it (for example https://captions.example.org)"
        )
    try:
        listening = listen(host, port)
    except (OSError, UnicodeError) as error:  # a name may be none
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"cannot listen on {host} port {port}: {reason}") from error
    if tls_cert is not None:
        _check_certificate(tls_cert, tls_key)
    open_as_many_files_as_possible()
    spec = recognizer(settings)
    data_folder.enter(settings.data_dir)
    separation.check_folder(settings.data_dir, sandbox=sandbox)
    wait_for_database(app.database_url(settings), within_s=settings.database_wait_s)
    app.prepare(settings)
    spans.start(settings.otlp_url, role="server")
    services = app.build_services(settings)
    password_file = app.ensure_first_account(services, sandbox=sandbox)
    separation.check_database(services.accounts.root(), sandbox=sandbox)
    services.fingerprints.learn()
    worker = WorkerProcess(settings, services.database, zygote) if zygote is not None else None
    backend = Backend(
        services=services,
        engine=EngineClient(settings),
        capabilities=configured_capabilities(settings),
        renderings=Renderings(),
        parser=Parser(),
        fetches=fetch_crew(),
        bodies=BranchLimit(BODIES_AT_ONCE),
        receiver=Receiver(),
        example=_example(services) if sandbox else None,
        wake=worker.wake if worker is not None else lambda: None,
    )
    listener = _monitoring(backend, worker)
    uploads = UploadService(
        uploads=services.uploads,
        urls=services.upload_urls,
        receiver=backend.receiver,
        settings=settings,
        clients=ClientAddresses(settings.trusted_proxies, untrusted=services.proxies.note),
        wake=backend.wake,
    )
    sys.setswitchinterval(SWITCH_S)
    scheme = "https" if tls_cert else "http"
    base_url = settings.public_url or f"{scheme}://{authority(host, listening.getsockname()[1])}"

    server = Server(
        uvicorn.Config(
            build(backend, web_routes),
            http=protocol_class(uploads),
            loop="uvloop",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
            ssl_certfile=tls_cert,
            ssl_keyfile=tls_key,
        ),
        on_start=lambda: ready(base_url, password_file),
        stopping=backend.stopping,
        drain_s=settings.drain_s,
        on_stop=backend.progress.close,
    )
    if sandbox:
        log.warning("sandbox: nothing is transcribed, and an account has a public password")
    log.info("recognizer", engine=spec.engine, model=str(spec.model or ""), sha256=spec.model_sum)
    # uvicorn handles these signals, then raises them again for the handlers before its own.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uploads.start()
    if worker is not None:
        worker.start()
    if listener is not None:
        listener.start()
    presence.sweep(settings.data_dir)
    reached = authority(WILDCARDS.get(host, host), listening.getsockname()[1])
    present = presence.announce(
        settings.data_dir, url=f"{scheme}://{reached}", version=__version__, since=services.clock.now()
    )
    try:
        server.run(sockets=[listening])
    finally:
        present.close()
        if listener is not None:
            listener.stop()
        if worker is not None:
            worker.stop()
        uploads.stop()
        backend.close()
        backend.engine.close()
        services.close()
        spans.stop()
    log.info("server stopped")


def _check_certificate(chain: Path, key: Path | None) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key, password=lambda: "")
    except (OSError, ValueError) as error:  # a wrong or encrypted file
        raise SettingsError(f"{chain} and {key} cannot be used as certificate and key: {error}") from error


def _monitoring(backend: Backend, worker: WorkerProcess | None) -> MonitoringListener | None:
    """Return what shows metrics and health to those who watch; None where the settings name no address."""
    settings = backend.services.settings
    if settings.metrics_address is None:
        return None
    installation = InstallationCollector(
        backend.services.overview,
        backend.services.budgets,
        data_dir=settings.data_dir,
        by_branch=settings.metrics_branches,
    )

    def find_problems() -> Mapping[str, str]:
        return problems(backend) | ({} if worker is None else worker.problems())

    checks = {"/healthz": dict[str, str], "/readyz": find_problems}
    return monitored(settings.metrics_address, worker, collectors=[installation], checks=checks)


def _example(services: app.Services) -> Example:
    return Example(
        database=services.database,
        accounts=services.accounts,
        sessions=services.sessions,
        api_keys=services.api_keys,
        jobs=services.jobs,
        elementlists=services.elementlists,
        related=services.related,
    )


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and takes its leave before it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        on_start: Callable[[], None],
        on_stop: Callable[[], None],
        stopping: threading.Event,
        drain_s: float,
    ) -> None:
        """Set up.

        on_stop: is called in the event loop when it stops. stopping: is set by the first signal; `drain_s`
        later, or by a second one, it stops.
        """
        super().__init__(config)
        self._on_start = on_start
        self._on_stop = on_stop
        self._stopping = stopping
        self._drain_s = drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; stop at once where that has begun already, or takes no time."""
        again = self._stopping.is_set()
        self._stopping.set()
        if again or not self._drain_s:
            super().handle_exit(sig, frame)
            return
        leaving = threading.Timer(self._drain_s, super().handle_exit, (sig, None))
        leaving.daemon = True
        leaving.start()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()  # first: otherwise streams of events would use up the time for ending answers
        self._on_stop()
        await super().shutdown(sockets)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening
