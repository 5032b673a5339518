"""Any call of the registry, with parameters that are right."""

from __future__ import annotations

import httpx2

from scribedock.api import application
from scribedock.api.registry import CALLS, Call
from tests.support.client import Client

assert application.CALL_MODULES, "they have registered their calls"
PATHS = sorted({call.path for call in CALLS.values()})
NOWHERE = "http://127.0.0.1:9/"  # nobody listens there
GIVEN = {
    "transcription_fidelity": "MECHANICAL",
    "media_url": NOWHERE,
    "transcript_url": NOWHERE,
    "is_duplicate": "true",
    "caption_format": "SRT",
    "new_password": "x",
    "new_username": "somebody new",
    "setting": "default_job_notes",
    "value": "x",
    "guidelines_data": "x",
    "transcoded_version": "mp3",
    "media_type": "mp3",
    "target_languages": "de",
    "kind": "approval",
    "webhook_url": NOWHERE,
    "webhook_id": "0" * 32,
    "event_id": "0" * 32,
    "share_id": "0" * 32,
    "task_id": "0" * 32,
    "note": "x",
    "seconds": "0",
    "job_ids": "0" * 32,
    "query": "x",
    "save_id": "x",
    "start": "0",
    "end": "1000",
    "base_version": "2026-01-01T00:00:00.000000",
    "since": "2026-01-01T00:00:00.000000",
}


def named(call: Call[object], parameters: set[str]) -> set[str]:
    """Return those of the parameters that the call has."""
    return parameters & set(call.model.model_fields)


def make(client: Client, path: str, **given: str) -> httpx2.Response:
    """Make the call, with GIVEN for missing parameters; by GET where that is possible."""
    method = CALLS[path].methods[0]
    return client.http.request(
        method, f"/api/{path}", params={"v": "1", "api_token": client.token, **GIVEN, **given}
    )
