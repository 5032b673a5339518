"""uvicorn's HTTP/1.1 protocol, with what it leaves out.

- A body for an upload URL bypasses the event loop: once its head has arrived, the
  loop stops reading the connection, a thread admits the request, and the receiver
  takes the socket until the end of the body.  Then the loop reads on.
- The head of a request must be complete in time, and may not be too large; one
  address may not open too many connections.
- A request that is not HTTP is refused in the API's own error shape.

It overrides `data_received`, `on_message_begin`, `on_headers_complete`, `on_message_complete`,
`shutdown` and `send_400_response` of `HttpToolsProtocol`; `tests/e2e/test_protocol.py` holds it
to uvicorn's behaviour.  Over TLS the event loop decrypts, and feeds the receiver; pipelined
uploads take the ordinary way through the application (`upload_endpoint`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from scribedock.api.errors import error_body, error_media_type
from scribedock.api.faults import fault_of
from scribedock.api.transport.authority import authority_of, check_request, origin_form
from scribedock.api.transport.upload_service import UploadExchange, UploadService
from scribedock.api.transport.wire_answers import CONTINUE, END_OF_HEAD, headers_too_large, interim, response
from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.tracing import REQUEST_ID_HEADER
from scribedock.uploads.core.errors import ConnectionLost
from scribedock.uploads.core.intake import Intake
from scribedock.uploads.grant import PATH
from scribedock.uploads.http.answers import UploadAnswer
from scribedock.uploads.http.head import parse_head
from scribedock.uploads.http.requests import UrlRequest
from scribedock.uploads.http.upload_urls import Finished
from scribedock.uploads.transfer.coding import framing_of
from scribedock.uploads.transfer.pace import Pace
from scribedock.uploads.transfer.receiver import LINGER_BYTES, LINGER_S, Transfer

log = structlog.get_logger("scribedock.upload")

RAW_TARGET = "scribedock.target"  # of the scope: the request's target as it was sent, in origin form
BODY_METHODS = (b"PUT", b"PATCH", b"POST")


def protocol_class(service: UploadService) -> type[HttpToolsProtocol]:
    """Build the protocol class to hand to uvicorn (`http=`)."""

    class ScribedockProtocol(UploadProtocol):
        upload_service = service

    return ScribedockProtocol


class UploadProtocol(HttpToolsProtocol):
    upload_service: UploadService

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = bytearray()
        self._in_message = False
        self._in_head = False  # of a message pipelined behind another
        self._head_bytes = 0
        self._uploading = False
        self._fed: Transfer | None = None  # the upload under way, where this feeds it
        self._discarding = 0  # bytes that a refused client may still send, so that the answer arrives
        self._closing = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._address: str | None = None
        self._request: UploadExchange | None = None  # the upload under way

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        service = self.upload_service
        if service.addresses[address] >= service.settings.connections_per_address:
            transport.abort()
            return
        self._address = address
        service.addresses[address] += 1
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        if self._fed is not None:
            self.upload_service.receiver.interrupt(self._fed, ConnectionLost())
            self._fed = None
        if self._address is not None:
            self.upload_service.addresses[self._address] -= 1
            if not self.upload_service.addresses[self._address]:
                del self.upload_service.addresses[self._address]
            self._address = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._fed is not None:
            if not self.upload_service.receiver.feed(self._fed, data):
                self.transport.pause_reading()
            return
        if self._discarding:
            self._discard(len(data))
            return
        limit = self.upload_service.settings.header_max_bytes
        if self._in_message:
            self._head_bytes += len(data)
            if self._in_head and self._head_bytes > limit:
                self._refuse(headers_too_large(limit))
            else:
                self._parse(data)
            return
        self._unset_keepalive_if_required()
        if self._head_timer is None:
            self._start_head_timer()
        self._head += data if self._head else data.lstrip(b"\r\n")  # RFC 9112 §2.2: ignore empty lines
        end = self._head.find(END_OF_HEAD)
        if end < 0 or end > limit:
            if max(end, len(self._head)) > limit:
                self._refuse(headers_too_large(limit))
            return
        self._stop_head_timer()
        whole = bytes(self._head)
        self._head.clear()
        if self._is_upload(whole):
            self._begin_upload(whole[:end], whole[end + len(END_OF_HEAD) :])
        else:
            self._parse(whole)

    def _parse(self, data: bytes) -> None:
        """Parse what belongs to a message, and perhaps to others pipelined behind it."""
        super().data_received(data)
        if not self._in_head:
            self._stop_head_timer()
        elif self._head_timer is None:
            self._start_head_timer()

    def on_message_begin(self) -> None:
        self._in_message = self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        named = authority_of(self.url)
        if named is not None:  # it replaces the Host header, which must be there all the same
            hosts = [place for place, (name, _) in enumerate(self.headers) if name == b"host"]
            if len(hosts) == 1:
                self.headers[hosts[0]] = (b"host", named)
            elif not hosts and self.parser.get_http_version() == "1.0":
                self.headers.append((b"host", named))
        # The application does not see a bare `?`, nor a fragment: other spellings of an upload URL.
        cast(dict[str, Any], self.scope)[RAW_TARGET] = origin_form(self.url)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_message = False
        super().on_message_complete()

    def shutdown(self) -> None:
        if self._uploading:
            self._closing = True
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self._refuse(InvalidQuery("The request is not valid HTTP/1.1"))

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(
            self.upload_service.settings.header_timeout_s, self._on_head_timeout
        )

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _on_head_timeout(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._in_head and self.flow.read_paused:  # the server is the one that does not read
            self._start_head_timer()
        else:
            self.transport.close()

    def _refuse(self, error: ScribedockError) -> None:
        self._stop_head_timer()
        self._in_message = True
        headers = {**error.headers, "Content-Type": error_media_type(error)}
        self.transport.write(response(error.status, headers, error_body(error), keep_alive=False))
        self.transport.close()

    def _is_upload(self, request: bytes) -> bool:
        """Return whether the request has a body for an upload URL, and may leave the event loop."""
        method, _, target = request[: request.find(b"\r\n")].partition(b" ")
        if self.cycle is not None and not self.cycle.response_complete:
            return False
        return method in BODY_METHODS and target.startswith(PATH.encode())

    def _begin_upload(self, head: bytes, early: bytes) -> None:
        self._uploading = True
        self._request = None
        self.transport.pause_reading()
        try:
            request = parse_head(head)
            self._request = UploadExchange(
                request.headers.get("x-request-id", ()), request.headers.get("traceparent", ())
            )
            check_request(request.version, request.headers.get("host", ()))
            prefix = self.upload_service.clients.prefix(
                self.client[0] if self.client else "", request.headers.get("x-forwarded-prefix", ())
            )
        except InvalidQuery as error:
            self._answer_error(error, None)
            return
        urls = self.upload_service.urls
        asked = urls.read(request, prefix)
        future = self.loop.run_in_executor(
            self.upload_service.admitting, self._request.part(urls.admit), asked
        )
        future.add_done_callback(lambda done: self._on_admitted(done, asked, early))

    def _on_admitted(self, done: asyncio.Future[Intake], request: UrlRequest, early: bytes) -> None:
        error = done.exception()
        if error is not None:
            self._answer_error(error, request)
            return
        intake = done.result()
        service = self.upload_service
        assert self._request is not None
        self._request.about(intake.grant.job_id)
        finish = self._request.part(self._finish)
        feeds = self.scheme == "https"
        sock = None if feeds or self.transport.is_closing() else self._own_socket()
        if self.transport.is_closing() or (sock is None and not feeds):
            service.ending.submit(finish, intake, request, ConnectionLost(), b"", {})
            return
        resumption = service.urls.resumption(request, intake)
        if resumption is not None:
            if resumption:
                self.transport.write(interim(resumption))
            intake.tell = self._tell_soon
        if request.head.expects_continue and not early:
            self.transport.write(CONTINUE)

        def finished(error: Exception | None, rest: bytes) -> None:
            if sock is not None:
                sock.close()
            pool = service.joining if intake.parts else service.ending
            pool.submit(finish, intake, request, error, rest, framing.trailer)

        settings = service.settings
        framing = framing_of(request.head)
        transfer = Transfer(
            sock=sock,
            sink=intake,
            framing=framing,
            early=early,
            done=finished,
            pace=Pace(stall_s=settings.upload_stall_s, min_rate=settings.upload_min_rate),
            drained=lambda: self._soon(self.transport.resume_reading),
            late=lambda: self._soon(self._on_late),
        )
        intake.interrupt = lambda error: service.receiver.interrupt(transfer, error)
        service.receiver.receive(transfer)
        if feeds:
            self._fed = transfer
            self.transport.resume_reading()

    def _soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Call the function in the event loop, from another thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: no connection is left to answer
            self.loop.call_soon_threadsafe(function, *arguments)

    def _on_late(self) -> None:
        """Close the connection: what was pipelined behind a body that was fed is lost.

        RFC 9112 §9.3.2 lets the client send it again once the connection is closed.
        """
        if self._uploading:
            self._closing = True
        else:
            self.transport.close()

    def _tell_soon(self, offset: int) -> None:
        self._soon(self._tell, offset)

    def _tell(self, offset: int) -> None:
        if self._uploading and not self.transport.is_closing():
            self.transport.write(interim({"Upload-Offset": str(offset)}))

    def _finish(
        self,
        intake: Intake,
        request: UrlRequest,
        error: Exception | None,
        rest: bytes,
        trailer: Mapping[str, tuple[str, ...]],
    ) -> None:
        """End the body, in a thread; the answer goes through the event loop."""
        finished: Finished | None = None
        try:
            finished = self.upload_service.urls.finish(request, intake, error, trailer)
        except Exception as failure:
            error = failure
        if finished is None:
            self._soon(self._answer_error, error, request)
            return
        if finished.makes_work:
            self.upload_service.wake()
        self._soon(self._answer, finished.answer, request, rest)

    def _answer(self, answer: UploadAnswer, request: UrlRequest, rest: bytes) -> None:
        upload = self._ended()
        if self.transport.is_closing():
            upload.end(request.head.method)
            return
        keep_alive = request.head.keeps_alive and not self._closing
        upload.answered(request.head.method, answer.status)
        headers = {**answer.headers, REQUEST_ID_HEADER: upload.trace.request_id}
        self.transport.write(response(answer.status, headers, b"", keep_alive=keep_alive))
        if not keep_alive:
            self.transport.close()
            return
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        self.transport.resume_reading()
        if rest:
            self.data_received(rest)

    def _answer_error(self, error: BaseException | None, request: UrlRequest | None) -> None:
        upload = self._ended()
        method = "" if request is None else request.head.method
        if self.transport.is_closing() or isinstance(error, ConnectionLost):
            upload.end(method)
            self.transport.close()
            return
        if not isinstance(error, ScribedockError):
            failure = error if isinstance(error, Exception) else RuntimeError(f"the upload ended: {error}")
            error = fault_of(failure, request=upload.trace.request_id)
        headers = dict(error.headers)
        if request is not None:
            with contextlib.suppress(Exception):  # whatever happens here, the client gets its answer
                headers |= self.upload_service.urls.error_headers(request, error)
        headers["Content-Type"] = error_media_type(error)
        headers[REQUEST_ID_HEADER] = upload.trace.request_id
        upload.answered(method, error.status)
        answer = response(error.status, headers, error_body(error), keep_alive=False)
        if self.scheme == "https":
            self.transport.write(answer)
            self._discarding = LINGER_BYTES
            self.transport.resume_reading()
            self.loop.call_later(LINGER_S, self.transport.close)
            return
        sock = self._own_socket()
        self.transport.write(answer)
        if sock is None:
            self.transport.close()
            return
        # From here on only our copy keeps the connection open: it reads on, so that the answer arrives.
        self.transport.write_eof()
        self.upload_service.receiver.linger(sock)
        self.transport.close()

    def _ended(self) -> UploadExchange:
        """Note that no upload is under way any more; return the request that brought the last."""
        ended = self._request or UploadExchange()  # whose head could not be read
        self._uploading, self._fed, self._request = False, None, None
        return ended

    def _discard(self, count: int) -> None:
        self._discarding = max(self._discarding - count, 0)
        if not self._discarding:
            self.transport.close()

    def _own_socket(self) -> socket.socket | None:
        """Duplicate the connection's descriptor, so that it is independent of the transport's."""
        wrapped = self.transport.get_extra_info("socket")
        try:
            sock = socket.socket(fileno=os.dup(wrapped.fileno()))
        except OSError:
            return None
        sock.setblocking(False)
        return sock
