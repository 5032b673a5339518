"""How many files and connections a process may have open."""

from __future__ import annotations

import contextlib
import resource


def open_as_many_files_as_possible() -> None:
    """Raise the soft limit of open files, 1,024 on most systems, to the hard one: an upload takes three."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
