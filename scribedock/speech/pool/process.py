"""The parent's end of a recognizer process."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from scribedock.children.allowance import POLL_S, Allowance, Meter
from scribedock.speech.recognizer import RecognizerSpec

# Everything that a recognizer needs of our environment, which has no secret.
INHERITED_VARIABLES = (
    *(
        "PATH",
        "LD_LIBRARY_PATH",
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "HOME",
    ),
    *("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "CUDA_HOME"),
)
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
READ_BYTES = 1 << 16
FAULT_SIGNALS = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
"""How a process ends by its own fault. Any other signal came from elsewhere, such as from the kernel when
memory is short."""


class RecognizerEnded(Exception):
    """The process is gone; the text says how."""


class RecognizerEndedByMachine(RecognizerEnded):
    """The process was ended by this machine, or could not be loaded: its work is not at fault."""


class RecognizerChild(Protocol):
    """What recognizes for one caller at a time; `kill` may come from any thread."""

    def wait_until_ready(self, allowance: Allowance, check_wanted: Callable[[], None]) -> None:
        """Return when the engine is loaded. Raises as `request` does."""
        ...

    def request(
        self, request: Mapping[str, object], allowance: Allowance, check_wanted: Callable[[], None]
    ) -> dict[str, Any]:
        """Return the answer to a request. Raises ChildEnded, ProcessorTimeUsed, ClockRanOut."""
        ...

    def kill(self) -> None: ...


class RecognizerProcess:
    """A child for one caller at a time; `kill` may be called from any thread.

    The thread that makes it must outlive it: the child is killed when that thread ends.
    """

    def __init__(self, spec: RecognizerSpec) -> None:
        order = {"engine": spec.engine, "model": spec.model and str(spec.model), "threads": spec.threads}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scribedock.speech.pool.child", json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment(os.environ, spec.threads),
            process_group=0,  # Ctrl-C on the terminal is not meant for the child
        )
        self._rest = b""

    def wait_until_ready(self, allowance: Allowance, check_wanted: Callable[[], None]) -> None:
        """Wait until the engine is loaded. Raises as `request` does."""
        answer = self._answer(allowance, check_wanted)
        if "failed" in answer:
            raise RecognizerEndedByMachine(f"the recognizer could not be loaded: {answer['failed']}")

    def request(
        self, request: Mapping[str, object], allowance: Allowance, check_wanted: Callable[[], None]
    ) -> dict[str, Any]:
        """Return the answer to a request; check_wanted is called about once a second, and may raise.

        Raises RecognizerEnded, ProcessorTimeUsed, ClockRanOut, and what check_wanted raises; afterwards the
        process is of no use.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        except OSError:
            raise self._ended() from None
        return self._answer(allowance, check_wanted)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answer(self, allowance: Allowance, check_wanted: Callable[[], None]) -> dict[str, Any]:
        assert self._process.stdout is not None
        output = self._process.stdout
        readable = select.poll()
        readable.register(output, select.POLLIN)
        meter = Meter(self._process.pid, allowance)
        while b"\n" not in self._rest:
            if not readable.poll(POLL_S * 1000):
                check_wanted()
                meter.check()
                continue
            received = os.read(output.fileno(), READ_BYTES)
            if not received:
                raise self._ended()
            self._rest += received
        line, _, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> RecognizerEnded:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return RecognizerEnded("the recognizer's process closed its output")
        if status < 0:
            ended = RecognizerEnded if -status in FAULT_SIGNALS else RecognizerEndedByMachine
            return ended(f"the recognizer's process was ended by {signal.Signals(-status).name}")
        return RecognizerEnded(f"the recognizer's process ended with status {status}")


def environment(ours: Mapping[str, str], threads: int) -> dict[str, str]:
    """Return the environment of a recognizer process: no secret of ours, no access to a hub."""
    return {
        **{name: ours[name] for name in INHERITED_VARIABLES if name in ours},
        **dict.fromkeys(THREAD_LIMITS, str(threads)),
        "HF_HUB_OFFLINE": "1",
    }
