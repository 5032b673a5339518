"""`scribedock serve` and `scribedock worker`: the processes that run long."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, fail, load_settings, long_lived_imports
from scribedock.host.shared_counts import count_as_worker, share_counts
from scribedock.setting_values import MAX_PORT
from scribedock.settings import Settings, SettingsError

if TYPE_CHECKING:
    from scribedock.children.zygote import Zygote

SANDBOX = "This is a SANDBOX: nothing is transcribed, and john_doe has a public password"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on, up to 65535; 0 takes a free one.")] = 8024,
    data_dir: DataDir = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificate chain (PEM).", exists=True, dir_okay=False)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="Its private key (PEM).", exists=True, dir_okay=False)
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Run a sandbox: answer every call, transcribe nothing. Takes a data folder of its own.",
        ),
    ] = False,
    with_worker: Annotated[
        bool,
        typer.Option(
            "--worker/--no-worker",
            help="Run a worker beside the API; `scribedock worker` runs more.",
        ),
    ] = True,
) -> None:
    """Run the server: the API and one worker."""
    settings = load_settings(data_dir, strictly=True)
    if not 0 <= port <= MAX_PORT:
        fail(f"--port: {port} is no port; give one from 0 to {MAX_PORT}")
    if (tls_cert is None) != (tls_key is None):
        fail("--tls-cert and --tls-key belong together; give both")
    if settings.metrics_address is not None:
        share_counts()
    with long_lived_imports():
        from scribedock import server
    zygote = _zygote(settings) if with_worker else None
    try:
        server.serve(
            settings,
            host=host,
            port=port,
            tls_cert=tls_cert,
            tls_key=tls_key,
            sandbox=sandbox,
            zygote=zygote,
            ready=_announce_sandbox if sandbox else _announce,
        )
    except SettingsError as error:
        fail(str(error))


def _announce(base_url: str, password_file: str | None) -> None:
    if password_file:
        print(f"The first account is admin; its password is in {password_file}", flush=True)
    print(f"Serving on {base_url}", flush=True)


def _announce_sandbox(base_url: str, password_file: str | None) -> None:
    print(SANDBOX, flush=True)
    _announce(base_url, password_file)


def worker(
    data_dir: DataDir = None,
    executor: Annotated[
        str | None, typer.Option(hidden=True, help="The executor id that a supervisor assigns.")
    ] = None,
) -> None:
    """Run a worker alone; any number may share a database."""
    found = load_settings(data_dir, strictly=True)
    if found.metrics_address is not None and executor is None:
        share_counts()
    with long_lived_imports():
        from scribedock import supervisor
        from scribedock import worker as workers
    try:
        if executor is None:
            supervisor.run(found, _zygote(found))
        else:
            workers.run(found, executor_id=executor)
    except SettingsError as error:
        fail(str(error))


def _zygote(settings: Settings) -> Zygote:
    """Return what forks the workers of this process, which has no threads yet."""
    with long_lived_imports():
        from scribedock import worker as workers
        from scribedock.children.zygote import Zygote

    def work(executor: str) -> None:
        count_as_worker()
        workers.run(settings, executor_id=executor)

    return Zygote(work, title="scribedock: starts workers")
