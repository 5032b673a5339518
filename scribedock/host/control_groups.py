"""The control groups (version 2) of this process, which limit what it gets of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CONTROL_GROUPS = Path("/sys/fs/cgroup")


def files_named(name: str, proc: Path, groups: Path) -> Iterator[Path]:
    """Yield the files of this name of the process's group and of those around it (cgroups(7))."""
    for line in (proc / "self" / "cgroup").read_text().splitlines():
        if line.startswith("0::/"):
            group = groups / line.removeprefix("0::/")
            yield from (each / name for each in (group, *group.parents) if (each / name).exists())
