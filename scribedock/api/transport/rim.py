"""What is the same for every request and every answer, whichever route it takes.

A request with an unusable Host or version of HTTP reaches no route. Every answer says how a browser may
treat it, since most of them contain what strangers wrote (captions, transcripts, names): it is what its
Content-Type says, it is no page that could run, load or send anything, and without an ETag it is not cached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scribedock.api.errors import error_response
from scribedock.api.transport.authority import check_request
from scribedock.api.transport.counting import call_of, count_request, method_of
from scribedock.errors import InvalidQuery
from scribedock.monitoring.spans import SpanKind, span
from scribedock.tracing import (
    REQUEST_ID_HEADER,
    RequestTrace,
    read_trace,
    traced,
    usable_traceparent,
)

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

    def __init__(self, app: ASGIApp, *, leaving: Callable[[], bool] = lambda: False) -> None:
        """Wrap `app`. leaving: whether clients are to open their next connection elsewhere."""
        self._app = app
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        traceparents = _values(scope, b"traceparent")
        with span("request", SpanKind.SERVER, parent=usable_traceparent(traceparents)) as shown:
            trace = read_trace(_values(scope, b"x-request-id"), traceparents, trace_id=shown.trace_id)
            status = await self._answer(scope, receive, send, trace)
            call, method = call_of(scope), method_of(scope)
            shown.rename(f"{method} {call}")
            shown.note(http__request__method=method, http__route=call)
            shown.note(http__response__status_code=status, scribedock__request_id=trace.request_id)
            if status >= 500:
                shown.fail()

    async def _answer(self, scope: Scope, receive: Receive, send: Send, trace: RequestTrace) -> int:
        """Answer a request; return the status, 0 where the connection was lost."""
        began, status = time.perf_counter(), 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(missing(set(headers)))
                headers[REQUEST_ID_HEADER] = trace.request_id
                if self._leaving():
                    headers["Connection"] = "close"
            await send(message)

        with traced(trace):
            try:
                await self._serve(scope, receive, send_on)
            finally:
                if status:  # otherwise the connection was lost
                    count_request(scope, status, time.perf_counter() - began)
        return status

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = _values(scope, b"host")
        try:
            check_request(scope["http_version"], hosts)
        except InvalidQuery as error:
            log.info("request refused", status=error.status, reason=error.comment)
            # What follows such a request on the connection cannot be trusted.
            await error_response(error, {"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def missing(names: Collection[str]) -> Mapping[str, str]:
    """Return the headers of every answer that this one lacks; `names` are its own, in lower case."""
    caching = {} if "etag" in names else {"Cache-Control": "no-store"}
    return {name: value for name, value in {**COMMON_HEADERS, **caching}.items() if name.lower() not in names}
