"""What a child process does to itself before it touches a stranger's bytes."""

from __future__ import annotations

import resource
import signal
from contextlib import suppress
from typing import BinaryIO

from scribedock.children.lifeline import die_with_parent, take_output
from scribedock.children.niceness import Niceness, yield_to_others


def confine(*, memory: int) -> BinaryIO:
    """Tie this process to its parent, lower its priority and limit its memory (bytes).

    Return the pipe for its answers. Raises OSError.
    """
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield_to_others(Niceness.ANSWERS)
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # where the hard limit is already lower
            resource.setrlimit(limit, (value, value))
    return take_output()


def allow_processor_time(seconds: int) -> None:
    """Limit the processor time from now on, in whole seconds; SIGXCPU then ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
