"""The processes that a process has started, and their end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

from scribedock.demo.server import OwnServer

WORKER = "scribedock worker "  # and its executor's id: what a process that was forked is called


def children(pid: int) -> list[int]:
    """Its living children, whichever of its threads started them."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may end meanwhile
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, (thread / "children").read_text().split())
    return found


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it has started."""
    yield pid
    for child in children(pid):
        yield from family(child)


def workers_of(pid: int) -> list[int]:
    """The workers of a server or of `scribedock worker`."""
    return [each for each in family(pid) if command(each).startswith(WORKER)]


def command(pid: int) -> str:
    """Its command line; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@contextlib.contextmanager
def killed_at_last(server: OwnServer) -> Iterator[None]:
    """Kill the server at the end of the block, however that ends."""
    try:
        yield
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def memory(pid: int) -> int:
    """Bytes of it that are in memory now."""
    return _status(pid, "VmRSS")


def peak_memory(pid: int) -> int:
    """Return the most bytes of it that were in memory at once, since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"{name} is not told")


def heed_interrupts() -> None:
    """Have a new process end on SIGINT, which a shell ignores for what it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
