"""How many files of watched folders wait for a budget, told by `scribedock watch` to whoever shows metrics.

The number is in a locked file in the data folder, so that the one of a killed process counts no more.
"""

from __future__ import annotations

import os
from pathlib import Path

from scribedock.host.locked_file import LockedFile, abandoned_files

JOURNALS = "intake"  # in the data folder
PREFIX = "waiting-"


class IntakeStatus:
    def __init__(self, folder: Path) -> None:
        """Begin with no file that waits. folder: that of the journals."""
        for left in abandoned_files(folder, PREFIX):
            left.unlink(missing_ok=True)
        self._file = LockedFile(folder, PREFIX)
        self._waiting = 0

    def note(self, waiting: int) -> None:
        """Tell how many files wait. Raises OSError."""
        if waiting != self._waiting:
            os.ftruncate(self._file.descriptor, 0)
            os.pwrite(self._file.descriptor, str(waiting).encode(), 0)
            self._waiting = waiting

    def close(self) -> None:
        self._file.close()


def files_waiting(folder: Path) -> int:
    """Return how many files wait, of all folders that are watched with this folder of journals."""
    abandoned = set(abandoned_files(folder, PREFIX))
    return sum(_number(path) for path in folder.glob(f"{PREFIX}*") if path not in abandoned)


def _number(path: Path) -> int:
    try:
        return int(path.read_bytes() or b"0")
    except (OSError, ValueError):  # it is being written, or its process has just ended
        return 0
