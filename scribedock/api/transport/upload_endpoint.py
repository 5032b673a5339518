"""The upload URL as an ordinary ASGI route.

Under our own server, `protocol` takes most bodies before they get here; this serves
pipelined requests, requests without a body, and any other ASGI server.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scribedock.api.errors import error_response
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.feeding import FedBody
from scribedock.api.transport.protocol import RAW_TARGET
from scribedock.api.transport.store_threads import run_in_store_thread
from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.settings import Settings
from scribedock.uploads.core.errors import ConnectionLost
from scribedock.uploads.http.answers import UploadAnswer
from scribedock.uploads.http.head import RequestHead, collect
from scribedock.uploads.http.requests import BODILESS_METHODS, UrlRequest
from scribedock.uploads.http.upload_urls import UploadUrls
from scribedock.uploads.transfer.coding import framing_of_decoded
from scribedock.uploads.transfer.pace import Pace
from scribedock.uploads.transfer.receiver import Receiver


class UploadEndpoint:
    def __init__(
        self,
        *,
        urls: UploadUrls,
        receiver: Receiver,
        settings: Settings,
        clients: ClientAddresses,
        wake: Callable[[], None],
    ) -> None:
        self._urls = urls
        self._receiver = receiver
        self._settings = settings
        self._clients = clients
        self._wake = wake

    async def serve(self, request: Request) -> Response:
        """Answer a request to an upload URL."""
        try:
            prefix = self._clients.prefix(
                request.client.host if request.client else "", request.headers.getlist("x-forwarded-prefix")
            )
        except InvalidQuery as error:
            return error_response(error, {"Connection": "close"})
        asked = self._urls.read(head_of(request), prefix)
        try:
            if asked.method in BODILESS_METHODS:
                answer = await run_in_threadpool(self._urls.answer, asked)
            else:
                answer = await self._receive(request, asked)
        except ScribedockError as error:
            headers = {**self._urls.error_headers(asked, error), "Connection": "close"}
            return error_response(error, headers)
        return Response(status_code=answer.status, headers=dict(answer.headers))

    async def _receive(self, request: Request, asked: UrlRequest) -> UploadAnswer:
        intake = await run_in_threadpool(self._urls.admit, asked)
        pace = Pace(stall_s=self._settings.upload_stall_s, min_rate=self._settings.upload_min_rate)
        framing = framing_of_decoded(asked.head)
        body = FedBody(self._receiver, intake, framing, pace)
        intake.interrupt = body.interrupt
        problem: Exception | None = None
        try:
            await body.receive(request.stream())
        except (ScribedockError, ConnectionLost) as error:
            problem = error
        try:
            finished = await run_in_store_thread(self._urls.finish, asked, intake, problem, framing.trailer)
        except ConnectionLost:
            return UploadAnswer(status=400, headers={})  # nobody reads this
        if finished.makes_work:
            self._wake()
        return finished.answer


def head_of(request: Request) -> RequestHead:
    """Return the request's head as it was sent: the path not decoded."""
    query = request.scope["query_string"]
    path = request.scope.get("raw_path", request.scope["path"].encode())
    target = request.scope.get(RAW_TARGET, path + b"?" + query if query else path)
    return RequestHead(
        method=request.method,
        target=target.decode("latin-1"),
        version=request.scope["http_version"],
        headers=collect(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]
        ),
    )
