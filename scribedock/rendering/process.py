"""The parent's end of a rendering process."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import time
from typing import BinaryIO, cast

from scribedock.rendering.pipe import LENGTH, Answer, Order, send

# All that a rendering process needs of our environment; no secret is of use to it.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL")
READ_BYTES = 1 << 20


class ChildEnded(Exception):
    """The process is gone."""


class ChildSlow(Exception):
    """No answer in time."""


class RenderingProcess:
    """One child, for one caller at a time; `kill` may come from any thread.

    The thread that makes it must outlive it: the child is killed when that thread ends.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scribedock.rendering.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            process_group=0,  # the terminal's Ctrl-C is not for the child
        )

    def ask(self, order: Order, timeout_s: float) -> Answer:
        """The answer to an order. Raises ChildEnded, ChildSlow; then the process is of no more use."""
        deadline = time.monotonic() + timeout_s
        try:
            send(cast(BinaryIO, self._process.stdin), order)
        except OSError:
            raise ChildEnded from None
        length = LENGTH.unpack(self._read(LENGTH.size, deadline))[0]
        answer: Answer = pickle.loads(self._read(length, deadline))  # noqa: S301 - from our child
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not sent yet goes nowhere
                    continue

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        readable = select.poll()
        readable.register(output, select.POLLIN)
        found = bytearray()
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not readable.poll(left * 1000):
                raise ChildSlow
            part = os.read(output, min(READ_BYTES, size - len(found)))
            if not part:
                raise ChildEnded
            found += part
        return bytes(found)
