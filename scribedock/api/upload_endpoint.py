"""The upload URL as an ordinary ASGI route.

Under our own server, `protocol` keeps a PUT from ever coming here; this is the way of
TLS connections, pipelined requests, preflights, and of any other ASGI server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from scribedock.api.errors import error_response
from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.uploads.head import RequestHead, collect
from scribedock.uploads.uploads import Intake, Uploads, cors
from scribedock.workflow.engine import Queue

BATCH_BYTES = 1024 * 1024


class UploadEndpoint:
    def __init__(self, uploads: Uploads, *, stall_s: float, enqueue: Callable[[Queue, str], None]) -> None:
        self._uploads = uploads
        self._stall_s = stall_s
        self._enqueue = enqueue

    async def serve(self, request: Request) -> Response:
        head = head_of(request)
        if head.method == "OPTIONS":
            answer = self._uploads.preflight(head)
            return Response(status_code=answer.status, headers=dict(answer.headers))
        try:
            intake = await run_in_threadpool(self._uploads.admit, head)
            with intake.object:
                await self._receive(request, intake)
                received = await run_in_threadpool(self._uploads.complete, intake)
            await run_in_threadpool(self._enqueue, Queue.MEDIA, received.task_id)
        except ScribedockError as error:
            return error_response(error, {**cors(), "Connection": "close"})
        return Response(status_code=received.answer.status, headers=dict(received.answer.headers))

    async def _receive(self, request: Request, intake: Intake) -> None:
        batch = bytearray()
        stream = request.stream()
        try:
            while True:
                async with asyncio.timeout(self._stall_s):
                    part = await anext(stream, None)
                if part is not None:
                    batch += part
                if part is None or len(batch) >= BATCH_BYTES:
                    await run_in_threadpool(intake.write, memoryview(bytes(batch)))
                    batch.clear()
                if part is None:
                    return
        except TimeoutError:
            raise InvalidQuery(
                f"No byte came for {self._stall_s:g} seconds; send the recording again", status=408
            ) from None
        except ClientDisconnect:
            raise InvalidQuery("The connection was lost before the recording was complete") from None


def head_of(request: Request) -> RequestHead:
    """The request's head as it was sent: the path not decoded."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope.get("raw_path", request.scope["path"].encode()).decode("latin-1")
    return RequestHead(
        method=request.method,
        target=f"{path}?{query}" if query else path,
        version=request.scope["http_version"],
        headers=collect(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]
        ),
    )
