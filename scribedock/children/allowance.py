"""How long a child process may work, in processor time.

The clock says nothing about a child on a busy machine, which may wait for a processor most of the time. So
what counts is the time that the kernel gave to the process and all its threads (proc_pid_stat(5), utime and
stime). The clock is the backstop for a child that waits for something that never comes.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

POLL_S = 1.0
"""How often, in seconds, a parent looks at its child and asks whether the result is still wanted."""

WALL_TIME_FACTOR = 10
"""How many times the processor time may pass by the clock."""

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOPPED_STATES = ("T", "t")  # by SIGSTOP, by a tracer


class ProcessorTimeUsed(Exception):
    """The child has used all the processor time that it was given."""


class ClockRanOut(Exception):
    """The child did not get to use its processor time: this machine is at fault."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The processor time that a child may use for one piece of work, in seconds."""

    cpu_s: float

    @property
    def wall_s(self) -> float:
        return WALL_TIME_FACTOR * self.cpu_s


class Meter:
    """Meters what a child uses from now on; `check` is to be called about every POLL_S seconds.

    The time between two checks counts as two polls at most, and not at all while the child is stopped: a
    machine that slept, and a parent or child that was halted, have not been working.
    """

    def __init__(self, pid: int, allowance: Allowance) -> None:
        self._pid = pid
        self._allowance = allowance
        self._cpu_before_s = _state(pid)[1]
        self._wall_s = 0.0
        self._checked = time.monotonic()

    def check(self) -> None:
        """Raise ProcessorTimeUsed or ClockRanOut where the child has exceeded its allowance."""
        now = time.monotonic()
        state, cpu_s = _state(self._pid)
        if state not in STOPPED_STATES:
            self._wall_s += min(now - self._checked, 2 * POLL_S)
        self._checked = now
        if cpu_s - self._cpu_before_s > self._allowance.cpu_s:
            raise ProcessorTimeUsed(f"not done after {self._allowance.cpu_s:g} s of processor time")
        if self._wall_s > self._allowance.wall_s:
            raise ClockRanOut(
                f"not done after {self._allowance.wall_s:g} s by the clock, of which it was given "
                f"{cpu_s - self._cpu_before_s:.1f} s of processor time"
            )


def _state(pid: int) -> tuple[str, float]:
    """Return the state of a process and the processor time of all its threads in seconds."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0.0
    # The name before it may contain anything, even a bracket.
    fields = stat.rpartition(")")[2].split()
    return fields[0], (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
