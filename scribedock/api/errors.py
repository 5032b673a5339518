"""Errors on the wire: `{"ErrorType", "ErrorComment"}`, whatever went wrong and wherever."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from scribedock.errors import ScribedockError


def error_body(error: ScribedockError) -> bytes:
    return json.dumps(
        {"ErrorType": error.error_type.value, "ErrorComment": error.comment}, ensure_ascii=False
    ).encode()


def error_response(error: ScribedockError, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        error_body(error),
        status_code=error.status,
        media_type="application/json",
        headers={**error.headers, **(headers or {})},
    )
