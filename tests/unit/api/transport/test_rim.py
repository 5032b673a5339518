from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import httpx2

from scribedock import app
from scribedock.api import application
from scribedock.api.registry import Backend
from scribedock.settings import Settings


def test_a_defect_outside_of_the_calls_is_told_in_the_shape_of_an_error_too(tmp_path: Path) -> None:
    services = app.build_services(Settings(data_dir=tmp_path))  # its database has no tables
    nothing = cast(Any, None)
    backend = Backend(
        services=services,
        engine=nothing,
        capabilities=nothing,
        renderings=nothing,
        parser=nothing,
        fetches=nothing,
        bodies=nothing,
        receiver=nothing,
    )

    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(application.build(backend), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://a") as client:
            return await client.get("/captions/x.vtt")

    answer = asyncio.run(ask())
    services.close()
    assert answer.status_code == 500
    assert answer.json()["ErrorType"] == "SYSTEM_ERROR"
    assert "Traceback" not in answer.text and "caption_urls" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
