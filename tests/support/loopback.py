"""A server on loopback that answers as the test says, byte for byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOPBACK = ("127.0.0.0/8",)
Answer = Callable[[str, socket.socket], None]


class Server:
    """Answers each connection with what the test says; keeps the requests."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[str] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(65536)
                if not part:
                    return
                request += part
            self.requests.append(request.decode())
            try:
                self._answer(request.split()[1].decode(), connection)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    server = Server(answer)
    yield server
    server.close()
