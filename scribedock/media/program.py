"""Running other people's programs (ffmpeg, espeak-ng, apertium) on what strangers sent.

They run behind the fence: they read the programs and fonts of this machine and the files that they were
given, write to one folder, reach no network, and inherit no environment.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scribedock.children.allowance import POLL_S, Allowance, ClockRanOut, Meter, ProcessorTimeUsed
from scribedock.children.environment import isolated_command
from scribedock.media.process import FenceFailure, always
from scribedock.media.program_child import NO_FENCE, NO_PROGRAM

# What a program needs itself: libraries, data, fonts. There are no secrets in these folders.
SYSTEM_PATHS = tuple(
    map(
        Path,
        (
            "/lib",
            "/lib64",
            "/usr/lib",
            "/usr/lib64",
            "/usr/local/lib",
            "/usr/share",
            "/usr/local/share",
            "/etc/ld.so.cache",
            "/etc/fonts",
            "/var/cache/fontconfig",
            "/dev/urandom",
        ),
    )
)
# Where a program that is a script finds those that it runs, behind the same fence.
PROGRAMS = tuple(map(Path, ("/usr/local/bin", "/usr/bin", "/bin")))
MESSAGE_FILE = "messages"  # the program's messages, in the folder that it writes to
TAIL_BYTES = 2000
NO_ROOM_MESSAGE = os.strerror(errno.ENOSPC)


class ProgramFailed(Exception):
    """The program failed; the text is the end of its messages."""


class ProgramMissing(Exception):
    """The program is not installed; the text says what the operator can do."""


@dataclass(frozen=True, kw_only=True)
class ProgramLimits:
    """How much of this machine a program may use, in bytes and seconds."""

    memory: int
    cpu_s: int
    file_bytes: int


def run(
    command: Sequence[str],
    *,
    folder: Path,
    readable: Sequence[Path] = (),
    stdin: bytes = b"",
    bounds: ProgramLimits,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Run a program in `folder`, the only place that it may write to.

    check_wanted is called about once a second; where it raises, the program is ended. Raises ProgramFailed,
    even where the program exceeds its limits, and FenceFailure where it cannot be started or has no room.
    """
    program = Path(command[0]).resolve()
    order = {
        "command": [str(program), *command[1:]],
        "environment": {
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(map(str, PROGRAMS)),
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(folder)),
        },
        "readable": [str(path.resolve()) for path in (*SYSTEM_PATHS, program, *readable)],
        "writable": [str(folder.resolve()), os.devnull],
        "parent": os.getpid(),
        "memory": bounds.memory,
        "cpu_s": bounds.cpu_s,
        "file_bytes": bounds.file_bytes,
    }
    with (folder / MESSAGE_FILE).open("w+b") as messages:
        try:
            child = subprocess.Popen(
                [sys.executable, *isolated_command("scribedock.media.program_child", json.dumps(order))],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=messages,
                env={},
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise FenceFailure(f"{program.name} cannot be started: {error}") from error
        try:
            _wait(child, stdin, Meter(child.pid, Allowance(cpu_s=bounds.cpu_s)), check_wanted)
        except ProcessorTimeUsed as error:
            raise ProgramFailed(f"{program.name}: {error}") from None
        except ClockRanOut as error:
            raise FenceFailure(f"{program.name}: {error}") from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        said = _tail(messages.fileno())
    if child.returncode in (NO_FENCE, NO_PROGRAM) or NO_ROOM_MESSAGE in said:
        raise FenceFailure(f"{program.name} cannot do its work: {said}")
    if child.returncode:
        raise ProgramFailed(f"{program.name} ended with status {child.returncode}: {said}")


def _wait(
    child: subprocess.Popen[bytes], stdin: bytes, meter: Meter, check_wanted: Callable[[], None]
) -> None:
    """Wait until the program ends.

    Raises ProcessorTimeUsed, ClockRanOut, and what check_wanted raises.
    """
    rest: bytes | None = stdin
    while True:
        try:
            child.communicate(rest, timeout=POLL_S)
        except subprocess.TimeoutExpired:
            rest = None
            check_wanted()
            meter.check()
        else:
            return


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, TAIL_BYTES, max(size - TAIL_BYTES, 0)).decode(errors="replace").strip()
