"""The processes that a process has started, and their end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

from scribedock.demo.server import OwnServer


def children(pid: int) -> list[int]:
    """Its living children, whichever of its threads started them."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread may end meanwhile
            found += map(int, (thread / "children").read_text().split())
    return found


def children_at(pid: int, program: str) -> list[int]:
    """Its living children whose command line has this in it."""
    return [child for child in children(pid) if program in _command(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
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
