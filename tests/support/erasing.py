"""An eraser beside that of the server's worker."""

from __future__ import annotations

from pathlib import Path

from scribedock import app
from scribedock.workflow.engine_client import EngineClient
from scribedock.workflow.eraser import Eraser
from scribedock.workflow.steps.decoded_audio import BORROWED_FILE


def eraser(services: app.Services, engine: EngineClient, folder: Path, *, retention_s: float) -> Eraser:
    return Eraser(
        database=services.database,
        engine=engine,
        close_uploads=lambda job_id: None,
        folder=folder,
        borrowed=BORROWED_FILE,
        files=(),
        retention_s=retention_s,
    )
