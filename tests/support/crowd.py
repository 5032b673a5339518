"""Many clients at once, each of which says a little and then waits."""

from __future__ import annotations

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Ending:
    after_s: float  # from the last byte that the client sent to the end of the connection
    received: bytes


class Crowd:
    """A connection for each of the messages, which is sent at once; closed at the end of the block."""

    def __init__(self, base_url: str, messages: Sequence[bytes]) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None and parts.port is not None
        self._sockets: dict[socket.socket, float] = {}
        try:
            for message in messages:
                sock = socket.create_connection((parts.hostname, parts.port), 30)
                sock.sendall(message)
                sock.setblocking(False)
                self._sockets[sock] = time.monotonic()
        except BaseException:
            self.close()
            raise

    def endings(self, *, within_s: float) -> list[Ending]:
        """Return how the server has ended each of them; fail where it has not in time."""
        found: list[Ending] = []
        received: dict[socket.socket, bytes] = dict.fromkeys(self._sockets, b"")
        deadline = time.monotonic() + within_s
        with selectors.DefaultSelector() as selector:
            for sock in self._sockets:
                selector.register(sock, selectors.EVENT_READ)
            while len(found) < len(self._sockets):
                assert time.monotonic() < deadline, f"{len(self._sockets) - len(found)} are still open"
                for key, _ in selector.select(0.5):
                    sock = key.fileobj
                    assert isinstance(sock, socket.socket)
                    part = b""
                    with contextlib.suppress(ConnectionResetError):
                        part = sock.recv(65536)
                    received[sock] += part
                    if not part:
                        selector.unregister(sock)
                        after_s = time.monotonic() - self._sockets[sock]
                        found.append(Ending(after_s=after_s, received=received[sock]))
        return found

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def open_files_limited(soft: int) -> Iterator[None]:
    """Limit the open files of what is started in the block, unless it asks for more."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def enough_open_files(count: int) -> None:
    """Raise the limit of this process; fail where the machine does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= count, f"this test opens {count} files at once, and the machine allows {hard}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
