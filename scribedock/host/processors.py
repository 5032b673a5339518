"""How many processors this process may use: in a container often fewer than the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path

from scribedock.host.control_groups import CONTROL_GROUPS, files_named


def processors(proc: Path = Path("/proc"), groups: Path = CONTROL_GROUPS) -> int:
    """Return how many processors affinity and control groups grant, at least 1; a part counts as a whole one.

    See sched_setaffinity(2), and cpu.max in the kernel's description of control groups (version 2).
    """
    granted: list[float] = [len(os.sched_getaffinity(0))]
    for path in files_named("cpu.max", proc, groups):
        quota, period = path.read_text().split()
        if quota != "max":
            granted.append(int(quota) / int(period))
    return max(1, math.ceil(min(granted)))
