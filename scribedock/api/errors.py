"""Error answers: `{"ErrorType", "ErrorComment"}`, whatever went wrong, wherever."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from scribedock.errors import ScribedockError


def error_body(error: ScribedockError) -> bytes:
    return json.dumps(
        {"ErrorType": error.error_type.value, "ErrorComment": error.comment, **error.problem},
        ensure_ascii=False,
    ).encode()


def error_media_type(error: ScribedockError) -> str:
    return "application/problem+json" if error.problem else "application/json"


def error_response(error: ScribedockError, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        error_body(error),
        status_code=error.status,
        media_type=error_media_type(error),
        headers={**error.headers, **(headers or {})},
    )
