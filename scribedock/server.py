"""`scribedock serve`: the API in this process, and a worker process beside it."""

from __future__ import annotations

import contextlib
import ipaddress
import resource
import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import structlog
import uvicorn

from scribedock import app
from scribedock.api.application import build
from scribedock.api.registry import Backend
from scribedock.api.transport.authority import authority
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.protocol import protocol_class
from scribedock.api.transport.upload_service import UploadService
from scribedock.api.transport.waiting import BODIES_AT_ONCE, BranchLimit
from scribedock.db.waiting import wait_for_database
from scribedock.host import data_folder
from scribedock.media.fetching.fetch_seat import fetch_crew
from scribedock.ordering.capabilities import Capabilities
from scribedock.parsing.parser import Parser
from scribedock.rendering.renderings import Renderings
from scribedock.sandbox import separation
from scribedock.sandbox.example import Example
from scribedock.settings import Settings, SettingsError
from scribedock.speech.configured import recognizer
from scribedock.speech.recognizer import detects, languages
from scribedock.supervisor import WorkerProcess
from scribedock.translation.engine import Translators
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.workflow.engine import EngineClient

log = structlog.get_logger("scribedock.server")

GRACE_S = 10
KEEP_ALIVE_S = 75


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    sandbox: bool = False,
    with_worker: bool = True,
    ready: Callable[[str, str | None], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    sandbox: whether the whole server is one. with_worker: whether a worker runs beside the API. ready: is
    called with the base URL and the path of a new admin password's file once calls are answered.

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
    services = app.build_services(settings)
    password_file = app.ensure_first_account(services, sandbox=sandbox)
    separation.check_database(services.accounts.root(), sandbox=sandbox)
    services.fingerprints.learn()
    worker = WorkerProcess(settings, services.database) if with_worker else None
    backend = Backend(
        services=services,
        engine=EngineClient(settings),
        capabilities=Capabilities(
            languages=languages(spec),
            detects_language=detects(spec),
            translates=Translators(settings.translation_models).pairs,
        ),
        renderings=Renderings(),
        parser=Parser(),
        fetches=fetch_crew(),
        bodies=BranchLimit(BODIES_AT_ONCE),
        receiver=Receiver(),
        example=_example(services) if sandbox else None,
        wake=worker.wake if worker is not None else lambda: None,
    )
    uploads = UploadService(
        uploads=services.uploads,
        urls=services.upload_urls,
        receiver=backend.receiver,
        settings=settings,
        clients=ClientAddresses(settings.trusted_proxies, untrusted=services.proxies.note),
        wake=backend.wake,
    )
    scheme = "https" if tls_cert else "http"
    base_url = settings.public_url or f"{scheme}://{authority(host, listening.getsockname()[1])}"

    server = Server(
        uvicorn.Config(
            build(backend),
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
    try:
        server.run(sockets=[listening])
    finally:
        if worker is not None:
            worker.stop()
        uploads.stop()
        backend.close()
        backend.engine.close()
        services.close()
    log.info("server stopped")


def _check_certificate(chain: Path, key: Path | None) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key, password=lambda: "")
    except (OSError, ValueError) as error:  # a wrong or encrypted file
        raise SettingsError(f"{chain} and {key} cannot be used as certificate and key: {error}") from error


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
    """A uvicorn server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, *, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


def open_as_many_files_as_possible() -> None:
    """Raise the soft limit of open files, 1,024 on most systems, to the hard one: an upload takes three."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


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
