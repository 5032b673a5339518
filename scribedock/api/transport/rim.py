"""What is the same for every request and every answer, whichever route it takes.

A request with an unusable Host or version of HTTP reaches no route. Every answer says how a browser may
treat it, since most of them contain what strangers wrote (captions, transcripts, names): it is what its
Content-Type says, it is no page that could run, load or send anything, and without an ETag it is not cached.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scribedock.api.errors import error_response
from scribedock.api.transport.authority import check_request
from scribedock.errors import InvalidQuery

log = structlog.get_logger("scribedock.api")

# A browser shows a video, a sound or a text in a page that it makes itself: with media and style.
SANDBOX = (
    "sandbox allow-downloads; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": SANDBOX,  # pages of the server have another
    "Referrer-Policy": "no-referrer",  # URLs contain tokens and signatures
}


class Rim:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(missing(set(headers)))
            await send(message)

        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        try:
            check_request(scope["http_version"], hosts)
        except InvalidQuery as error:
            log.info("request refused", status=error.status, reason=error.comment)
            # What follows such a request on the connection cannot be trusted.
            await error_response(error, {"Connection": "close"})(scope, receive, send_on)
            return
        await self._app(scope, receive, send_on)


def missing(names: Collection[str]) -> Mapping[str, str]:
    """Return the headers of every answer that this one lacks; `names` are its own, in lower case."""
    caching = {} if "etag" in names else {"Cache-Control": "no-store"}
    return {name: value for name, value in {**COMMON_HEADERS, **caching}.items() if name.lower() not in names}
