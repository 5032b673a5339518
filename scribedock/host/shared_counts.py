"""The files in which a server or worker and its worker process count together.

prometheus_client decides where it counts when it is first imported; so this module does not import it, and
comes before everything that does.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # of prometheus_client
MAIN, WORKER = "main", "worker"
_made: list[Path] = []


def share_counts() -> None:
    """Make this process and the worker that it starts count in one folder, which ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="scribedock-metrics-"))
    _made.append(folder)
    os.environ[VARIABLE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def count_as_worker() -> None:
    """Count as the worker from now on: this process was forked from the one that made the folder."""
    _made.clear()


def are_shared() -> bool:
    """Return whether this process counts in files that others read."""
    return VARIABLE in os.environ


def role() -> str:
    """Return what this process is in its folder: it goes on counting where the last one of its kind ended."""
    return MAIN if _made else WORKER
