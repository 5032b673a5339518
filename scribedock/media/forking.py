"""The parent's side of `forkserver`: child processes that start within a few milliseconds."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import BinaryIO

from scribedock.children.environment import isolated_command

PID = STATUS = struct.Struct("=i")
IDLE_S = 300.0
ANSWER_S = 60.0  # a machine may be that busy; one that does not answer then is halted
TRIES = 3  # a fork server without work may end just when some arrives
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}


class CannotFork(Exception):
    """There is no fork server, or it cannot fork."""


class ForkedChild:
    """A child process whose output is to be read from `words`."""

    def __init__(self, pid: int, words: BinaryIO, status: BinaryIO) -> None:
        self.pid = pid
        self.words = words
        self._status = status
        self._code: int | None = None
        self._has_ended = False

    def wait(self) -> int | None:
        """Wait for its end; return its exit status as `subprocess` has it, None where it is unknown."""
        if not self._has_ended:
            found = self._status.read(STATUS.size)
            self._code = STATUS.unpack(found)[0] if len(found) == STATUS.size else None
            self._has_ended = True
        return self._code

    def kill(self) -> None:
        """Kill the child and release its pipes."""
        if not self._has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait()
        self.words.close()
        self._status.close()


class ForkServer:
    """Starts a fork server when it is first needed, and again when it has ended. Callable from any thread."""

    def __init__(self, *, idle_s: float = IDLE_S, answer_s: float = ANSWER_S) -> None:
        """Let the fork server end after `idle_s` seconds without work.

        One that does not answer within `answer_s` seconds is ended, and another one started.
        """
        self._idle_s = idle_s
        self._answer_s = answer_s
        self._lock = threading.Lock()
        self._requests: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # our process id: a process that was forked from it needs a fork server of its own

    @property
    def pid(self) -> int:
        """Return its process id; 0 without one."""
        process = self._process
        return 0 if process is None else process.pid

    def close(self) -> None:
        """End the fork server and its children."""
        with self._lock:
            self._forget()

    def fork(self, order: Mapping[str, object], recording: int, audio: int) -> ForkedChild:
        """Start a child that works on these descriptors (see `child.work`). Raises CannotFork."""
        for _ in range(TRIES):
            child = self._fork(json.dumps(order).encode(), recording, audio)
            if child is not None:
                return child
        raise CannotFork("the process that children are forked from ends at once")

    def _fork(self, order: bytes, recording: int, audio: int) -> ForkedChild | None:
        """Start a child; return None where the fork server has ended."""
        with contextlib.ExitStack() as stack:
            try:
                words, its_words = _pipe(stack)
                status, its_status = _pipe(stack)
                with self._lock:
                    requests = self._connected()
                    socket.send_fds(
                        requests, [order], [recording, audio, its_words.fileno(), its_status.fileno()]
                    )
            except ConnectionError:
                found = b""
            except OSError as error:
                raise CannotFork(str(error)) from error
            else:
                its_words.close()
                its_status.close()
                found = self._answer(status)
            if len(found) == PID.size:
                stack.pop_all()
                return ForkedChild(PID.unpack(found)[0], words, status)
        with self._lock:
            if self._requests is requests:
                self._forget()
        return None

    def _answer(self, status: BinaryIO) -> bytes:
        """Return the process id that the fork server sends; nothing where it has ended or does not answer."""
        readable = select.poll()
        readable.register(status, select.POLLIN)
        return status.read(PID.size) if readable.poll(self._answer_s * 1000) else b""

    def _connected(self) -> socket.socket:
        if self._requests is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._requests = self._start()
        return self._requests

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [
            sys.executable,
            *isolated_command("scribedock.media.forkserver", str(theirs.fileno()), str(self._idle_s)),
        ]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=ENVIRONMENT,
                start_new_session=True,
            )
        return ours

    def _forget(self) -> None:
        """Forget a fork server that has ended."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _pipe(stack: contextlib.ExitStack) -> tuple[BinaryIO, BinaryIO]:
    """Return both ends of a pipe, which the stack closes."""
    read, write = os.pipe()
    return (
        stack.enter_context(os.fdopen(read, "rb", buffering=0)),
        stack.enter_context(os.fdopen(write, "wb", buffering=0)),
    )
