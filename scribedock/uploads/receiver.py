"""Moves the bodies of uploads from sockets to files, off the event loop, in one thread.

The event loop hands over a connected socket once the request is admitted, and
gets it back at the end of the body.  Between the two no byte of the body passes
through Python objects of its own: `recv_into` a buffer that is used again and
again, then `write`.  So other calls answer as fast as when nothing is uploaded,
and memory does not grow with the number or the size of the uploads.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.uploads.chunked import ChunkedDecoder
from scribedock.uploads.head import CHUNKED
from scribedock.uploads.uploads import Intake

BUFFER_BYTES = 1024 * 1024
TICK_S = 0.5
RATE_WINDOW_S = 60
LINGER_S = 5  # how long a refused client may go on sending before it is cut off
LINGER_BYTES = 64 * 1024 * 1024


class ConnectionLost(Exception):
    """The client went away in the middle of the body: there is nobody to answer."""


@dataclass(kw_only=True)
class Transfer:
    """A body under way. `done` is called in the receiver's thread, once."""

    sock: socket.socket  # non-blocking, the receiver's own
    intake: Intake
    early: bytes  # what came together with the head
    done: Callable[[Exception | None, bytes], None]  # the error or None, and what came behind the body
    decoder: ChunkedDecoder | None = field(init=False)
    left: int = field(init=False)
    heard: float = field(default_factory=time.monotonic)
    window_start: float = field(default_factory=time.monotonic)
    window_bytes: int = 0

    def __post_init__(self) -> None:
        self.decoder = ChunkedDecoder() if self.intake.length == CHUNKED else None
        self.left = max(self.intake.length, 0)

    @property
    def finished(self) -> bool:
        return self.decoder.finished if self.decoder else self.left == 0

    def take(self, data: memoryview) -> bytes:
        """Stores the part of `data` that belongs to the body; returns the rest."""
        if self.decoder is not None:
            for part in self.decoder.feed(data):
                self.intake.write(part)
            return self.decoder.rest
        part = data[: self.left]
        self.intake.write(part)
        self.left -= len(part)
        return bytes(data[len(part) :])


@dataclass(kw_only=True)
class Lingering:
    """A refused connection that is read to its end for a while, so that the answer arrives.

    Closing at once would make the kernel send a reset, which throws the answer away.
    """

    sock: socket.socket
    until: float
    left: int = LINGER_BYTES


class Receiver:
    def __init__(self, *, stall_s: float, min_rate: int) -> None:
        self._stall_s = stall_s
        self._min_rate = min_rate
        self._inbox: deque[Transfer | Lingering] = deque()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="upload-receiver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; bodies under way are given up."""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def receive(self, transfer: Transfer) -> None:
        self._inbox.append(transfer)
        self._wake()

    def linger(self, sock: socket.socket) -> None:
        """Takes a socket whose answer is written, and closes it when the client has had its chance."""
        self._inbox.append(Lingering(sock=sock, until=time.monotonic() + LINGER_S))
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"\0")

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ, None)
            checked = time.monotonic()
            while not self._stopping:
                for key, _ in selector.select(TICK_S):
                    if key.data is None:
                        with contextlib.suppress(BlockingIOError):
                            os.read(self._wake_read, 4096)
                    else:
                        self._on_readable(selector, key.data)
                while self._inbox:
                    self._begin(selector, self._inbox.popleft())
                now = time.monotonic()
                if now - checked >= TICK_S:
                    checked = now
                    self._enforce_pace(selector, now)
            for key in list(selector.get_map().values()):
                if isinstance(key.data, Transfer):
                    self._end(selector, key.data, ConnectionLost(), b"")
                elif isinstance(key.data, Lingering):
                    self._close(selector, key.data)

    def _begin(self, selector: selectors.BaseSelector, item: Transfer | Lingering) -> None:
        selector.register(item.sock, selectors.EVENT_READ, item)
        if isinstance(item, Transfer) and (item.early or item.finished):
            self._store(selector, item, memoryview(item.early))
            item.early = b""

    def _on_readable(self, selector: selectors.BaseSelector, item: Transfer | Lingering) -> None:
        try:
            count = item.sock.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            count = 0
        if isinstance(item, Lingering):
            item.left -= count
            if count == 0 or item.left <= 0:
                self._close(selector, item)
        elif count == 0:
            self._end(selector, item, ConnectionLost(), b"")
        else:
            item.heard = time.monotonic()
            item.window_bytes += count
            self._store(selector, item, self._buffer[:count])

    def _store(self, selector: selectors.BaseSelector, transfer: Transfer, data: memoryview) -> None:
        try:
            rest = transfer.take(data)
        except ScribedockError as error:
            self._end(selector, transfer, error, b"")
            return
        if transfer.finished:
            self._end(selector, transfer, None, rest)

    def _end(
        self, selector: selectors.BaseSelector, transfer: Transfer, error: Exception | None, rest: bytes
    ) -> None:
        selector.unregister(transfer.sock)
        transfer.done(error, rest)

    def _close(self, selector: selectors.BaseSelector, item: Lingering) -> None:
        selector.unregister(item.sock)
        item.sock.close()

    def _enforce_pace(self, selector: selectors.BaseSelector, now: float) -> None:
        for key in list(selector.get_map().values()):
            item = key.data
            if isinstance(item, Lingering):
                if now > item.until:
                    self._close(selector, item)
            elif isinstance(item, Transfer):
                slow = self._too_slow(item, now)
                if slow:
                    self._end(selector, item, InvalidQuery(slow, status=408), b"")

    def _too_slow(self, transfer: Transfer, now: float) -> str | None:
        if now - transfer.heard > self._stall_s:
            return f"No byte came for {self._stall_s:g} seconds; send the recording again"
        if now - transfer.window_start >= RATE_WINDOW_S:
            rate = transfer.window_bytes / (now - transfer.window_start)
            transfer.window_start, transfer.window_bytes = now, 0
            if rate < self._min_rate:
                return f"Less than {self._min_rate} bytes a second came; send the recording again"
        return None
