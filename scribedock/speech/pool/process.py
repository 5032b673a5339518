"""The parent's end of a recognizer process."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from scribedock.children.allowance import Allowance
from scribedock.children.environment import inherited
from scribedock.children.frames import framed, receive_frame
from scribedock.children.niceness import Niceness
from scribedock.children.patience import Metered
from scribedock.children.process import ChildEnded, ChildProcess
from scribedock.host.memory import resident_bytes
from scribedock.speech.recognizer import RecognizerSpec

# What a recognizer needs beyond what every child inherits.
MORE_VARIABLES = ("TMPDIR", "HOME", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "CUDA_HOME")
THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")  # of CTranslate2
ONE_THREAD = "OPENBLAS_NUM_THREADS"  # of numpy, whose sums would depend on how many threads share them
CHILD = "scribedock.speech.pool.child"
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

    def resident_bytes(self) -> int:
        """Return the memory that the process has of its own."""
        ...

    def kill(self) -> None: ...


class RecognizerProcess:
    """A child for one caller at a time; `kill` may be called from any thread.

    The thread that makes it must outlive it: the child is killed when that thread ends.
    """

    def __init__(self, spec: RecognizerSpec, niceness: Niceness) -> None:
        order = {
            "engine": spec.engine,
            "model": spec.model and str(spec.model),
            "threads": spec.threads,
            "niceness": niceness,
        }
        self._child = ChildProcess(CHILD, [json.dumps(order)], environment(spec.threads))

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
        try:
            self._child.send(framed(json.dumps(request).encode()))
        except ChildEnded as error:
            raise _ended(error.code) from None
        return self._answer(allowance, check_wanted)

    def resident_bytes(self) -> int:
        return resident_bytes(self._child.pid)

    def kill(self) -> None:
        self._child.kill()

    def _answer(self, allowance: Allowance, check_wanted: Callable[[], None]) -> dict[str, Any]:
        try:
            packed = receive_frame(self._child, Metered(self._child.pid, allowance, check_wanted))
        except ChildEnded as error:
            raise _ended(error.code) from None
        answer: dict[str, Any] = json.loads(packed)
        return answer


def _ended(code: int | None) -> RecognizerEnded:
    if code is None:
        return RecognizerEnded("the recognizer's process closed its output")
    if code < 0:
        ended = RecognizerEnded if -code in FAULT_SIGNALS else RecognizerEndedByMachine
        return ended(f"the recognizer's process was ended by {signal.Signals(-code).name}")
    return RecognizerEnded(f"the recognizer's process ended with status {code}")


def environment(threads: int) -> dict[str, str]:
    """Return the environment of a recognizer process: no secret, and no access to a hub."""
    return {
        **inherited(*MORE_VARIABLES),
        **dict.fromkeys(THREAD_LIMITS, str(threads)),
        ONE_THREAD: "1",
        "HF_HUB_OFFLINE": "1",
    }
