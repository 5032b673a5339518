"""The parent's end of a child process, connected by pipes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from scribedock.children.environment import inherited
from scribedock.children.patience import Patience

READ_BYTES = 1 << 20


class ChildEnded(Exception):
    """The process is gone; `code` is its exit status, or the negative number of a signal."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(f"status {code}")
        self.code = code


class ChildProcess:
    """A child that runs a module for one caller at a time; `kill` may be called from any thread.

    The thread that makes it must outlive it: the child is killed when that thread ends (prctl(2),
    PR_SET_PDEATHSIG).
    """

    def __init__(
        self, module: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the module; it gets `environment`, or what every child inherits."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=inherited() if environment is None else dict(environment),
            process_group=0,  # Ctrl-C on the terminal is not meant for the child
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin: IO[bytes] = self._process.stdin
        self._stdout = self._process.stdout
        self._ending = threading.Lock()

    def send(self, parts: Iterable[bytes]) -> None:
        """Send the parts. Raises ChildEnded."""
        try:
            for part in parts:
                self._stdin.write(part)
            self._stdin.flush()
        except (OSError, ValueError):  # the pipe is closed where the child was killed
            raise self._ended() from None

    @property
    def pid(self) -> int:
        return self._process.pid

    def receive(self, size: int, patience: Patience) -> bytes:
        """Return `size` bytes. Raises ChildEnded, and what gives up the patience."""
        output = self._stdout.fileno()
        readable = select.poll()
        readable.register(output, select.POLLIN)
        found = bytearray()
        while len(found) < size:
            if not readable.poll(patience.check() * 1000):
                continue
            part = os.read(output, min(READ_BYTES, size - len(found)))
            if not part:
                raise self._ended()
            found += part
        return bytes(found)

    def interrupt(self) -> None:
        """Kill the child, so that its caller sees that it has ended. Callable from any thread."""
        self._process.kill()

    def kill(self) -> None:
        """Kill the child and wait for its end."""
        self._process.kill()
        with self._ending:
            self._process.wait()
            for pipe in (self._stdin, self._stdout):
                try:
                    pipe.close()
                except OSError:  # discard what was not sent yet
                    continue

    def _ended(self) -> ChildEnded:
        try:
            return ChildEnded(self._process.wait(timeout=5))
        except subprocess.TimeoutExpired:
            return ChildEnded()
