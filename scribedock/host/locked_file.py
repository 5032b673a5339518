"""Files whose lock shows whether the process that made them is alive.

The kernel releases a lock when its process ends, however it ends. So leftovers of a killed process on this
machine are recognized at once, without waiting for a lease to expire.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path


class LockedFile:
    """A new file, locked for as long as it is open; `close` removes it."""

    def __init__(self, folder: Path, prefix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            self.path = folder / f"{prefix}{uuid.uuid4().hex}"
            self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            if os.fstat(self.descriptor).st_nlink:
                return
            os.close(self.descriptor)  # a sweep came in between

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def is_abandoned(path: Path) -> bool:
    """Return whether the file exists and nobody has locked it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def abandoned_files(folder: Path, prefix: str) -> list[Path]:
    """Return the files that dead processes left."""
    return [path for path in folder.glob(f"{prefix}*") if is_abandoned(path)]
