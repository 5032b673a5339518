"""What a child process does first: it ties itself to its parent, and takes its output for answers."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import BinaryIO

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> None:
    """Arrange for this process to be killed when the thread ends that started it, however it ends.

    It works even while native code holds the interpreter's lock (prctl(2)). parent: the process id that
    ours must have; where it has ended before this call, we end too. Without it, such a parent is noticed by
    the end of standard input. Raises OSError.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel refused PR_SET_PDEATHSIG")
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def take_output() -> BinaryIO:
    """Return the pipe for answers, which is no longer standard output.

    What a library prints must not get between the answers: it goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers
