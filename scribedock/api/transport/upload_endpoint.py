"""The upload URL as an ordinary ASGI route.

Under our own server, `protocol` keeps bodies from ever coming here; this is the way of
TLS connections, pipelined requests, requests without a body, and of any other ASGI server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from scribedock.api.errors import error_response
from scribedock.api.transport.store_threads import run_in_store_thread
from scribedock.errors import ScribedockError
from scribedock.settings import Settings
from scribedock.uploads.answers import UploadAnswer
from scribedock.uploads.http.head import RequestHead, collect
from scribedock.uploads.http.requests import method_of
from scribedock.uploads.transfer.intake import ConnectionLost, Intake
from scribedock.uploads.transfer.pace import Pace
from scribedock.uploads.uploads import Uploads

BATCH_BYTES = 1024 * 1024
LOOK_EVERY_S = 1.0
WITHOUT_BODY = ("HEAD", "DELETE", "OPTIONS")


class UploadEndpoint:
    def __init__(self, uploads: Uploads, settings: Settings, wake: Callable[[], None]) -> None:
        self._uploads = uploads
        self._settings = settings
        self._wake = wake

    async def serve(self, request: Request) -> Response:
        head = head_of(request)
        try:
            if method_of(head) in WITHOUT_BODY:
                answer = await run_in_threadpool(self._uploads.answer, head)
            else:
                answer = await self._receive(request, head)
        except ScribedockError as error:
            headers = {**self._uploads.error_headers(head, error), "Connection": "close"}
            return error_response(error, headers)
        return Response(status_code=answer.status, headers=dict(answer.headers))

    async def _receive(self, request: Request, head: RequestHead) -> UploadAnswer:
        intake = await run_in_threadpool(self._uploads.admission.admit, head)
        problem: Exception | None = None
        try:
            await self._move(request, intake)
        except (ScribedockError, ConnectionLost) as error:
            problem = error
        return await run_in_store_thread(self._end, head, intake, problem)

    def _end(self, head: RequestHead, intake: Intake, problem: Exception | None) -> UploadAnswer:
        try:
            ended = self._uploads.completion.end(intake, problem)
        except ConnectionLost:
            # Nobody reads this answer.
            return UploadAnswer(status=400, headers={})
        if ended.task_id is not None:
            self._wake()
        return self._uploads.answers.ended(head, intake.grant, intake.action, ended)

    async def _move(self, request: Request, intake: Intake) -> None:
        """Stores the body in batches, written in a thread."""
        loop = asyncio.get_running_loop()
        interrupted: asyncio.Future[None] = loop.create_future()

        def fail(error: Exception) -> None:
            if not interrupted.done():
                interrupted.set_exception(error)

        def interrupt(error: Exception) -> None:
            loop.call_soon_threadsafe(fail, error)

        intake.interrupt = interrupt
        pace = Pace(stall_s=self._settings.upload_stall_s, min_rate=self._settings.upload_min_rate)
        batch = bytearray()
        stream = request.stream()
        pending: asyncio.Future[bytes | None] | None = None
        try:
            while True:
                pending = pending or asyncio.ensure_future(anext(stream, None))
                await asyncio.wait(
                    (pending, interrupted), timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
                )
                if interrupted.done():
                    interrupted.result()
                if not pending.done():
                    slow = pace.problem()
                    if slow is not None:
                        raise slow
                    continue
                part, pending = pending.result(), None
                if part is not None:
                    pace.came(len(part))
                    batch += part
                if batch and (part is None or len(batch) >= BATCH_BYTES):
                    await run_in_store_thread(intake.write, memoryview(bytes(batch)))
                    batch.clear()
                if part is None:
                    return
        except ClientDisconnect:
            if batch:
                await run_in_store_thread(intake.write, memoryview(bytes(batch)))
            raise ConnectionLost from None
        finally:
            if pending is not None:
                pending.cancel()
            interrupted.cancel()


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
