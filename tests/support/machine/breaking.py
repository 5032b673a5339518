"""A connection that breaks: a proxy on loopback between a client and the server."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from urllib.parse import urlsplit, urlunsplit

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class BreakingProxy:
    """Passes everything on, but breaks the first `times` connections after so many bytes."""

    def __init__(self, base_url: str, *, after: int, times: int = 1) -> None:
        parts = urlsplit(base_url)
        self._server = (parts.hostname, parts.port)
        self._after = after
        self._left = times
        self.broken = 0  # connections
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))

    def url(self, url: str) -> str:
        """Return the same URL, by way of the proxy."""
        return urlunsplit(urlsplit(url)._replace(netloc=f"127.0.0.1:{self._listening.getsockname()[1]}"))

    def mend(self) -> None:
        """Break no connection any more."""
        with self._lock:
            self._left = 0

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for target, arguments in ((self._up, (client, server)), (self._down, (server, client))):
                threading.Thread(target=target, args=arguments, daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := client.recv(16_384):
                server.sendall(data[: max(self._after - passed, 0)] if self._left else data)
                passed += len(data)
                if passed >= self._after and self._breaks():
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    client.close()
                    server.shutdown(socket.SHUT_RDWR)
                    server.close()
                    return
            server.shutdown(socket.SHUT_WR)

    def _breaks(self) -> bool:
        with self._lock:
            breaks = self._left > 0
            self._left -= breaks
            self.broken += breaks
            return breaks

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(16_384):
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    def __enter__(self) -> BreakingProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
