"""What the processes of a server take: memory, processor time, descriptors."""

from __future__ import annotations

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def pss_mb(pid: int) -> float:
    """Return the proportional set size: what several processes share is divided among them."""
    lines = _read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def cpu_s(pid: int) -> float:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else 0.0


def count(pid: int, what: str) -> float:
    """Count what a process has: `fd` for descriptors, `task` for threads."""
    try:
        return float(len(list(Path(f"/proc/{pid}/{what}").iterdir())))
    except OSError:  # it has ended
        return 0.0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
