"""A web server on loopback that gives files, and answers with a status when it is told to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str
    headers: dict[str, str]


@dataclass
class WebServer:
    """`files` by path; `statuses` are used up one by one before anything else is answered."""

    files: dict[str, bytes] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    redirect: str = ""
    gate: threading.Event | None = None  # nothing is answered until it is set
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.requests.append(
                    Request(path=self.path, headers={k.lower(): v for k, v in self.headers.items()})
                )
                if web.gate is not None:
                    web.gate.wait()
                status, body = 200, web.files.get(self.path.partition("?")[0], b"")
                if web.statuses:
                    status, body = web.statuses.pop(0), b""
                elif web.redirect:
                    status = 302
                elif web.files and not body:
                    status = 404
                self.send_response(status)
                if web.redirect:
                    self.send_header("Location", web.redirect)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the output of the tests clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> WebServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
