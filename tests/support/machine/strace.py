"""What a process asks of the kernel, and in which order: strace's record of it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

CALLS = (
    "fsync,fdatasync,link,linkat,rename,renameat,renameat2,mkdir,mkdirat,write,writev,pwrite64,sendto,sendmsg"
)
BEGINNING = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)\Z")
RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)\Z")
UNFINISHED = " <unfinished ...>"


@dataclass(frozen=True, kw_only=True)
class SystemCall:
    """`begins` and `ends` count the events of all threads: what ends before another begins, is over then."""

    thread: int
    name: str
    text: str  # arguments and result; a descriptor with its path, or the addresses of its connection
    begins: int
    ends: int


@dataclass(frozen=True)
class Trace:
    calls: tuple[SystemCall, ...]

    def find(self, names: str, *texts: str, thread: int | None = None) -> list[SystemCall]:
        """Return the calls of one of `names` (a|b) in whose text all of `texts` stand."""
        wanted = names.split("|")
        return [
            call
            for call in self.calls
            if call.name in wanted
            and all(text in call.text for text in texts)
            and thread in (None, call.thread)
        ]

    def without(self, missing: SystemCall) -> Trace:
        return Trace(tuple(call for call in self.calls if call is not missing))

    def with_at(self, moved: SystemCall, moment: int) -> Trace:
        """Return the same, had this call been made at another moment."""
        later = replace(moved, begins=moment, ends=moment)
        return Trace(tuple(later if call is moved else call for call in self.calls))


def parse(text: str) -> Trace:
    """Read the output of `strace -f`: calls of several threads, which may interrupt each other."""
    calls: list[SystemCall] = []
    begun: dict[tuple[int, str], tuple[str, int]] = {}
    for moment, line in enumerate(text.splitlines()):
        if resumed := RESUMED.match(line):
            thread, name = int(resumed["thread"]), resumed["name"]
            start, begins = begun.pop((thread, name), ("", moment))
            calls.append(
                SystemCall(thread=thread, name=name, text=start + resumed["rest"], begins=begins, ends=moment)
            )
        elif beginning := BEGINNING.match(line):
            thread, name, rest = int(beginning["thread"]), beginning["name"], beginning["rest"]
            if rest.endswith(UNFINISHED):
                begun[thread, name] = rest.removesuffix(UNFINISHED), moment
            else:
                calls.append(SystemCall(thread=thread, name=name, text=rest, begins=moment, ends=moment))
    return Trace(tuple(sorted(calls, key=lambda call: call.begins)))


def strace(*arguments: str, output: Path) -> list[str]:
    """Return the command line; fail where there is no strace."""
    found = shutil.which("strace")
    assert found, "this test needs strace (on Debian: apt-get install strace)"
    return [found, "-f", "-yy", "-s", "64", "-e", f"trace={CALLS}", "-o", str(output), *arguments]


class Recording:
    trace: Trace


@contextmanager
def recorded(pid: int, output: Path) -> Iterator[Recording]:
    """Records what the process and all its threads ask within the block; `trace` is there after it."""
    recording = Recording()
    tracer = subprocess.Popen(
        strace("-p", str(pid), output=output), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert tracer.stderr is not None
    try:
        first = tracer.stderr.readline()
        assert "attached" in first, f"strace cannot look at the server (it takes root): {first}"
        yield recording
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=30)
    recording.trace = parse(output.read_text(errors="replace"))
