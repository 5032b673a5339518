"""What is the same for every request and every answer, whichever route it takes.

A request whose Host or version of HTTP cannot be used reaches no route.
"""

from __future__ import annotations

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from scribedock.api.authority import check_request
from scribedock.api.errors import error_response
from scribedock.errors import InvalidQuery

log = structlog.get_logger("scribedock.api")


class Rim:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        try:
            check_request(scope["http_version"], hosts)
        except InvalidQuery as error:
            log.info("request refused", status=error.status, reason=error.comment)
            # What follows such a head on its connection is not worth a guess.
            await error_response(error, {"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)
