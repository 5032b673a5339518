"""Health checks: whether the server is alive (`/healthz`), and whether it can work (`/readyz`)."""

from __future__ import annotations

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scribedock.api.registry import Backend


def health_routes(backend: Backend) -> list[BaseRoute]:
    def problems() -> dict[str, str]:
        found = {}
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

    async def healthz(request: Request) -> Response:
        sandbox = {} if backend.example is None else {"sandbox": True}
        return JSONResponse({"status": "ok", **sandbox})

    async def readyz(request: Request) -> Response:
        found = await run_in_threadpool(problems)
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
