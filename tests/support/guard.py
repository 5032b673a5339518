"""A process that outlives the tests for a moment, and ends whatever they have left behind.

However the tests end (Ctrl-C, SIGTERM, SIGKILL), their servers, workers and databases end with them: all of
them carry the mark of the run in their environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

MARK = "TEST_RUN"
GIVEN = "TEST_RUN_ID"  # the mark of the run, where whoever starts it wants to know it
GRACE_S = 10.0


def begin() -> None:
    """Mark this process and all that it will start; in the first process of a run, start the guard."""
    if MARK in os.environ:
        return
    os.environ[MARK] = os.environ.pop(GIVEN, uuid.uuid4().hex)
    os.environ["SPT_NOENV"] = "1"  # setproctitle otherwise writes over the environment, which is read here
    subprocess.Popen(
        [sys.executable, __file__, os.environ[MARK]],
        stdin=subprocess.PIPE,  # which ends with us, and nobody else has it
        env={name: value for name, value in os.environ.items() if name != MARK},
        start_new_session=True,
    )


def marked(run: str) -> list[int]:
    """Return the processes of a run."""
    wanted = f"{MARK}={run}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def end(run: str) -> None:
    """End the processes of a run: first by SIGTERM, then by SIGKILL."""
    until = time.monotonic() + GRACE_S
    _signal(run, signal.SIGTERM)
    while marked(run) and time.monotonic() < until:
        time.sleep(0.1)
    while marked(run):
        _signal(run, signal.SIGKILL)
        time.sleep(0.1)


def _signal(run: str, number: signal.Signals) -> None:
    for pid in marked(run):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    sys.stdin.read()
    end(sys.argv[1])
