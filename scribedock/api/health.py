"""Health checks: whether the server is alive (`/healthz`), and whether it can work (`/readyz`)."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scribedock.api.registry import Backend

CHECK_S = 5.0


def problems(backend: Backend) -> dict[str, str]:
    """Return what keeps the server from working, by part."""
    found = {"server": "stopping"} if backend.stopping.is_set() else {}
    for name, check in (
        ("database", _database),
        ("keys", lambda backend: backend.services.fingerprints.check()),
        ("workflows", lambda backend: backend.engine.check()),
        ("storage", _storage),
    ):
        try:
            check(backend)
        except Exception as error:
            found[name] = type(error).__name__
    return found


def health_routes(backend: Backend) -> list[BaseRoute]:
    async def healthz(request: Request) -> Response:
        sandbox = {} if backend.example is None else {"sandbox": True}
        return JSONResponse({"status": "ok", **sandbox})

    checking: asyncio.Future[dict[str, str]] | None = None

    async def readyz(request: Request) -> Response:
        nonlocal checking
        if checking is None or checking.done():
            checking = asyncio.ensure_future(run_in_threadpool(problems, backend))
        try:
            # Neither cancelled nor begun twice: what does not answer holds one thread, however often asked.
            found = await asyncio.wait_for(asyncio.shield(checking), CHECK_S)
        except TimeoutError:
            found = {"checks": f"no answer within {CHECK_S:g} seconds"}
        if found:
            return JSONResponse({"status": "not ready", "problems": found}, status_code=503)
        return JSONResponse({"status": "ready"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _database(backend: Backend) -> None:
    with backend.services.database.read() as connection:
        connection.execute(sa.text("SELECT 1"))


def _storage(backend: Backend) -> None:
    with backend.services.store.begin() as probe:
        probe.write(memoryview(b"ready?"))
