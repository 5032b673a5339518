"""Moves the bodies of uploads from sockets to files, off the event loop, in one thread.

The event loop hands over a connected socket once the request is admitted, and
gets it back at the end of the body.  Between the two no byte of the body passes
through Python objects of its own: `recv_into` a buffer that is used again and
again, then `write`.  So other calls answer as fast as when nothing is uploaded,
and memory does not grow with the number or the size of the uploads.

What comes over TLS, or through an ASGI application, is fed to the receiver by the event loop.
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
from dataclasses import dataclass
from typing import Protocol

from scribedock.errors import ScribedockError
from scribedock.uploads.core.errors import ConnectionLost
from scribedock.uploads.transfer.framing import Framing
from scribedock.uploads.transfer.pace import Pace

BUFFER_BYTES = 1024 * 1024
TICK_S = 0.5
LINGER_S = 5  # how long a refused client may keep sending before it is cut off
LINGER_BYTES = 64 * 1024 * 1024
# Limits for a body that the event loop feeds: where it stops reading, and where it resumes.
HIGH_WATER, LOW_WATER = 1024 * 1024, 256 * 1024


class Sink(Protocol):
    """Where the bytes of a body go."""

    def write(self, data: memoryview) -> None:
        """Take all of `data`. Raise a ScribedockError to refuse the body."""
        ...


@dataclass(kw_only=True, eq=False)
class Transfer:
    """A body under way. The callbacks are called in the receiver's thread, `done` once."""

    sock: socket.socket | None  # non-blocking, the receiver's own; None where the body is fed
    sink: Sink
    framing: Framing
    early: bytes = b""  # what arrived together with the head
    done: Callable[[Exception | None, bytes], None]  # the error or None, and the bytes after the body
    pace: Pace
    drained: Callable[[], None] = lambda: None  # there is room again, after `feed` said that there was none
    late: Callable[[], None] = lambda: None  # more was fed than the body has
    is_over: bool = False
    fed: int = 0  # bytes; written by the feeding thread alone
    stored: int = 0  # of them; written by the receiver alone
    is_full: bool = False

    @property
    def waiting(self) -> int:
        """Return how many fed bytes are not stored yet."""
        return self.fed - self.stored

    def store(self, data: memoryview) -> None:
        for part in self.framing.feed(data):
            self.sink.write(part)


@dataclass(frozen=True, kw_only=True)
class Feed:
    transfer: Transfer
    data: bytes


@dataclass(frozen=True, kw_only=True)
class EndOfFeed:
    transfer: Transfer


@dataclass(frozen=True, kw_only=True)
class Interruption:
    transfer: Transfer
    error: Exception


@dataclass(kw_only=True)
class Lingering:
    """A refused connection that is read to its end for a while, so that the answer arrives.

    Closing at once would make the kernel send a reset, which throws the answer away.
    """

    sock: socket.socket
    until: float
    left: int = LINGER_BYTES


class Receiver:
    def __init__(self) -> None:
        self._inbox: deque[Transfer | Feed | EndOfFeed | Interruption | Lingering] = deque()
        self._fed: set[Transfer] = set()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="upload-receiver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and all bodies under way."""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def receive(self, transfer: Transfer) -> None:
        self._inbox.append(transfer)
        self._wake()

    def feed(self, transfer: Transfer, data: bytes) -> bool:
        """Feed a part of a body that has no socket; return whether there is room for more.

        If not, `drained` is called when there is. Call it from one thread, in the order of the body.
        """
        transfer.fed += len(data)
        self._inbox.append(Feed(transfer=transfer, data=data))
        self._wake()
        if transfer.waiting < HIGH_WATER:
            return True
        transfer.is_full = True
        return transfer.waiting <= LOW_WATER  # it may have been stored before `is_full` was set

    def end_feed(self, transfer: Transfer) -> None:
        """End a decoded body, all of which was fed."""
        self._inbox.append(EndOfFeed(transfer=transfer))
        self._wake()

    def interrupt(self, transfer: Transfer, error: Exception) -> None:
        """End a body under way with `error`."""
        self._inbox.append(Interruption(transfer=transfer, error=error))
        self._wake()

    def linger(self, sock: socket.socket) -> None:
        """Take a socket whose answer is written, and close it once the client has had time to read it."""
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
                    self._take(selector, self._inbox.popleft())
                now = time.monotonic()
                if now - checked >= TICK_S:
                    checked = now
                    self._enforce_pace(selector, now)
            for transfer in list(self._fed):
                self._end(selector, transfer, ConnectionLost(), b"")
            for key in list(selector.get_map().values()):
                if isinstance(key.data, Transfer):
                    self._end(selector, key.data, ConnectionLost(), b"")
                elif isinstance(key.data, Lingering):
                    self._close(selector, key.data)

    def _take(
        self, selector: selectors.BaseSelector, item: Transfer | Feed | EndOfFeed | Interruption | Lingering
    ) -> None:
        if isinstance(item, Interruption):
            if not item.transfer.is_over:
                self._end(selector, item.transfer, item.error, b"")
            return
        if isinstance(item, EndOfFeed):
            if not item.transfer.is_over:
                self._end_fed(selector, item.transfer)
            return
        if isinstance(item, Feed):
            self._take_fed(selector, item.transfer, item.data)
            return
        if item.sock is not None:
            selector.register(item.sock, selectors.EVENT_READ, item)
        elif isinstance(item, Transfer):
            self._fed.add(item)
        if isinstance(item, Transfer) and (item.early or item.framing.finished):
            self._store(selector, item, memoryview(item.early))
            item.early = b""

    def _take_fed(self, selector: selectors.BaseSelector, transfer: Transfer, data: bytes) -> None:
        if transfer.is_over:
            transfer.late()
            return
        transfer.pace.came(len(data))
        self._store(selector, transfer, memoryview(data))
        transfer.stored += len(data)
        if transfer.is_full and transfer.waiting <= LOW_WATER:
            transfer.is_full = False
            transfer.drained()

    def _end_fed(self, selector: selectors.BaseSelector, transfer: Transfer) -> None:
        problem = None
        try:
            transfer.framing.end()
        except ScribedockError as error:
            problem = error
        self._end(selector, transfer, problem, b"")

    def _on_readable(self, selector: selectors.BaseSelector, item: Transfer | Lingering) -> None:
        assert item.sock is not None
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
            item.pace.came(count)
            self._store(selector, item, self._buffer[:count])

    def _store(self, selector: selectors.BaseSelector, transfer: Transfer, data: memoryview) -> None:
        try:
            transfer.store(data)
        except ScribedockError as error:
            self._end(selector, transfer, error, b"")
            return
        if transfer.framing.finished:
            self._end(selector, transfer, None, transfer.framing.rest)

    def _end(
        self, selector: selectors.BaseSelector, transfer: Transfer, error: Exception | None, rest: bytes
    ) -> None:
        transfer.is_over = True
        if transfer.sock is None:
            self._fed.discard(transfer)
        else:
            selector.unregister(transfer.sock)
        transfer.done(error, rest)

    def _close(self, selector: selectors.BaseSelector, item: Lingering) -> None:
        selector.unregister(item.sock)
        item.sock.close()

    def _enforce_pace(self, selector: selectors.BaseSelector, now: float) -> None:
        for transfer in list(self._fed):
            slow = transfer.pace.problem()
            if slow is not None and not transfer.waiting:
                self._end(selector, transfer, slow, b"")
        for key in list(selector.get_map().values()):
            item = key.data
            if isinstance(item, Lingering):
                if now > item.until:
                    self._close(selector, item)
            elif isinstance(item, Transfer):
                slow = item.pace.problem()
                if slow is not None:
                    self._end(selector, item, slow, b"")
