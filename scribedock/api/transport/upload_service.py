"""What every connection of the server needs for uploads, and a request for one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.counting import PARTS, count, shown_method
from scribedock.monitoring.spans import SpanKind, open_span
from scribedock.settings import Settings
from scribedock.tracing import in_trace, read_trace, usable_traceparent
from scribedock.uploads.http.upload_urls import UploadUrls
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.uploads.uploads import Uploads

Result = TypeVar("Result")
UPLOAD_URL = PARTS["upload"]


class UploadExchange:
    """A request to an upload URL that leaves the event loop: when it began, its trace, its span."""

    def __init__(self, request_ids: Sequence[str] = (), traceparents: Sequence[str] = ()) -> None:
        """Begin where the head of the request is there. The headers are what it has of each."""
        self._began = time.perf_counter()
        self._span = open_span("request", SpanKind.SERVER, parent=usable_traceparent(traceparents))
        self.trace = read_trace(request_ids, traceparents, trace_id=self._span.trace_id)

    def part(self, function: Callable[..., Result]) -> Callable[..., Result]:
        """Return the function so that what it does belongs to the request, in whichever thread it runs."""

        def run(*arguments: Any) -> Result:
            with self._span.continued():
                return function(*arguments)

        return in_trace(self.trace, run)

    def about(self, job_id: str) -> None:
        """Note which job the upload is of."""
        self._span.note(scribedock__job_id=job_id)

    def answered(self, method: str, status: int) -> None:
        """Count the request, whose answer has this status, and end its span."""
        count(UPLOAD_URL, method, status, time.perf_counter() - self._began)
        self.end(method, status)

    def end(self, method: str, status: int = 0) -> None:
        """End the span of the request. status: 0 where the connection was lost before the answer."""
        shown = shown_method(method)
        self._span.rename(f"{shown} {UPLOAD_URL}")
        self._span.note(http__request__method=shown, http__route=UPLOAD_URL)
        self._span.note(http__response__status_code=status, scribedock__request_id=self.trace.request_id)
        if status >= 500:
            self._span.fail()
        self._span.end()


@dataclass(kw_only=True)
class UploadService:
    """The parts of uploads, and the threads that admit and end them off the event loop."""

    uploads: Uploads
    urls: UploadUrls
    receiver: Receiver
    settings: Settings
    clients: ClientAddresses  # which proxies are trusted
    wake: Callable[[], None]  # tells a worker that there is work
    # Admitting may wait for another upload's end, so ending has threads of its own.
    admitting: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="upload-admission")
    )
    ending: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="upload-end")
    )
    # Putting parts together copies them, which may take minutes.
    joining: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="upload-joining")
    )
    addresses: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        self.receiver.start()
        self.uploads.start()

    def stop(self) -> None:
        """Bodies under way are given up; what came of them is kept."""
        self.receiver.stop()
        self.admitting.shutdown()
        self.ending.shutdown()
        self.joining.shutdown()
        self.uploads.stop()
