"""A web server on loopback such as an integration has: it receives callbacks and serves files."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class ReceivedCallback:
    path: str
    parameters: dict[str, str]
    webhook_id: str


@dataclass(frozen=True, kw_only=True)
class ReceivedEvent:
    """What was posted, and the headers that say who did."""

    headers: dict[str, str]
    body: bytes


class CallbackReceiver:
    """A web server on a free port.

    Callbacks are put in `received`, unless they ask for one of `files`; what is posted is put in `events`.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}  # by path
        files = self.files
        self.received: Queue[ReceivedCallback] = Queue()
        received = self.received
        self.events: Queue[ReceivedEvent] = Queue()
        events = self.events

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path in files:
                    self._answer(files[parts.path])
                    return
                received.put(
                    ReceivedCallback(
                        path=parts.path,
                        parameters=dict(parse_qsl(parts.query, keep_blank_values=True)),
                        webhook_id=self.headers.get("Webhook-Id", ""),
                    )
                )
                self._answer(b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                events.put(ReceivedEvent(headers=dict(self.headers), body=body))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: the demonstration prints what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> CallbackReceiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
