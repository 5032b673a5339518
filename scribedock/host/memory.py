"""How much memory this process could still get."""

from __future__ import annotations

from pathlib import Path

from scribedock.host.control_groups import CONTROL_GROUPS, files_named

UNIT = 1024  # bytes, of /proc


def available_bytes(proc: Path = Path("/proc"), groups: Path = CONTROL_GROUPS) -> int:
    """Return the bytes that the machine and the control groups (version 2) of this process leave.

    Pages of files that could be dropped count as available, as in MemAvailable (proc_meminfo(5)).
    """
    found: list[float] = [_field(proc / "meminfo", "MemAvailable:") * UNIT]
    found += [_left(limit.parent) for limit in files_named("memory.max", proc, groups)]
    return int(max(min(found), 0))


def resident_bytes(pid: int, proc: Path = Path("/proc")) -> int:
    """Return the memory that a process has of its own; 0 where there is no such process."""
    try:
        return _field(proc / str(pid) / "status", "RssAnon:") * UNIT
    except (OSError, ValueError):
        return 0


def _left(group: Path) -> float:
    limit = (group / "memory.max").read_text().strip()
    if limit == "max":
        return float("inf")
    droppable = _field(group / "memory.stat", "inactive_file")
    return int(limit) - int((group / "memory.current").read_text()) + droppable


def _field(path: Path, name: str) -> int:
    """Return the number after the name. Raises ValueError."""
    for line in path.read_text().splitlines():
        words = line.split()
        if words and words[0] == name:
            return int(words[1])
    raise ValueError(f"{path} has no {name}")
