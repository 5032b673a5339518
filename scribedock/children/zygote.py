"""A copy of this process from before it had threads, which forks children that have everything loaded.

What a child would import is in memory once, and shared by the copies for as long as none of them changes it;
and a child begins within milliseconds. One child works at a time: the next is forked when the one before has
ended.

A request is one packet on a socket: what is to be done, with descriptors of the child's standard input and of
the pipe for its process id and later its exit status. The zygote ends when the socket does, and a child is
killed when the zygote ends before it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import BinaryIO, NoReturn

from setproctitle import setproctitle

from scribedock.children.lifeline import die_with_parent

NUMBER = struct.Struct("=i")  # a process id, an exit status
MAX_REQUEST_BYTES = 4096
ANSWER_S = 60.0  # a machine may be that busy
UNKNOWN = -signal.SIGKILL  # how a child ended that the zygote cannot tell of: with the zygote
SIGNALS = (signal.SIGTERM, signal.SIGINT)  # to all processes of a terminal or a service


class ZygoteGone(Exception):
    """The zygote has ended, or does not answer."""


class ZygoteChild:
    """A child of the zygote, to be used as a `subprocess.Popen` is."""

    def __init__(self, pid: int, stdin: BinaryIO, status: BinaryIO) -> None:
        self.pid = pid
        self.stdin = stdin
        self._status = status
        self._code: int | None = None
        self._reading = threading.Lock()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return its exit status. Raises subprocess.TimeoutExpired."""
        readable = select.poll()
        with self._reading:
            if self._code is not None:
                return self._code
            readable.register(self._status, select.POLLIN)
        if not readable.poll(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        with self._reading:
            if self._code is None:
                found = self._status.read(NUMBER.size)
                self._code = NUMBER.unpack(found)[0] if len(found) == NUMBER.size else UNKNOWN
                self._status.close()
                self.stdin.close()
            return self._code

    def poll(self) -> int | None:
        """Return its exit status; None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Zygote:
    """Forks children of this process as it is now. Make it before this process has threads or connections."""

    def __init__(self, work: Callable[[str], None], *, title: str) -> None:
        """Fork the zygote.

        work: what a child does, with the text that `fork` is given. title: of the zygote in a list of
        processes. Raises OSError.
        """
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            self._requests.close()
            _serve(theirs, work, title)
        theirs.close()

    def fork(self, text: str, *, title: str) -> ZygoteChild:
        """Start a child, when the one before has ended. Callable from one thread. Raises ZygoteGone."""
        with contextlib.ExitStack() as stack:
            its_stdin, stdin = _pipe(stack)
            status, its_status = _pipe(stack)
            try:
                socket.send_fds(
                    self._requests,
                    [f"{title}\0{text}".encode()],
                    [its_stdin.fileno(), its_status.fileno()],
                )
            except OSError as error:
                raise ZygoteGone(str(error)) from error
            its_stdin.close()
            its_status.close()
            readable = select.poll()
            readable.register(status, select.POLLIN)
            found = status.read(NUMBER.size) if readable.poll(ANSWER_S * 1000) else b""
            if len(found) < NUMBER.size:
                raise ZygoteGone("it did not answer")
            stack.pop_all()
            return ZygoteChild(NUMBER.unpack(found)[0], stdin, status)

    def kill(self) -> None:
        """End the zygote and its child at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """End the zygote; a child that still works is waited for."""
        self._requests.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _serve(requests: socket.socket, work: Callable[[str], None], title: str) -> NoReturn:
    try:
        setproctitle(title)
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # they mean the child too; the socket ends then
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nothing, standard)
        os.close(nothing)
        while True:
            message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, 2)
            if not message:
                os._exit(0)
            _fork(requests, message, descriptors, work)
    finally:
        os._exit(1)


def _fork(
    requests: socket.socket, message: bytes, descriptors: Sequence[int], work: Callable[[str], None]
) -> None:
    """Fork a child, and wait for its end."""
    stdin, status = descriptors
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            die_with_parent(parent)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            os.dup2(stdin, 0)
            for each in (stdin, status):
                os.close(each)
            requests.close()
            title, _, text = message.decode().partition("\0")
            setproctitle(title)
            work(text)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(stdin)
    with contextlib.suppress(BrokenPipeError):
        os.write(status, NUMBER.pack(pid))
    _, ended = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(status, NUMBER.pack(os.waitstatus_to_exitcode(ended)))
    os.close(status)


def _pipe(stack: contextlib.ExitStack) -> tuple[BinaryIO, BinaryIO]:
    """Return both ends of a pipe, which the stack closes."""
    read, write = os.pipe()
    return (
        stack.enter_context(os.fdopen(read, "rb", buffering=0)),
        stack.enter_context(os.fdopen(write, "wb", buffering=0)),
    )
