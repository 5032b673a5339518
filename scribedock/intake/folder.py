"""Which files of a folder are whole: those that nobody writes, and that have not changed for a while."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scribedock.clock import Clock

UNFINISHED_SUFFIXES = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", "~")


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file as it is at one moment; one that is changed or replaced is another."""

    path: Path
    name: str  # below the folder
    size: int
    mtime_ns: int
    inode: int

    def digest(self, folder: Path) -> str:
        """Return 32 hex digits that stand for the file, from which nobody reads its name."""
        parts = (str(folder), self.name, str(self.size), str(self.mtime_ns))
        return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]


class WatchedFolder:
    def __init__(self, folder: Path, clock: Clock, *, settle_s: float, recursive: bool) -> None:
        """Watch `folder`. settle_s: for how long a file must not have changed."""
        self.path = folder.resolve()
        self._clock = clock
        self._settle_s = settle_s
        self._recursive = recursive
        self._seen: dict[str, tuple[FoundFile, float]] = {}  # and since when it has been as it is

    def look(self) -> list[FoundFile]:
        """Return the files that are whole, by name. Raises OSError where the folder cannot be read."""
        now = self._clock.monotonic()
        seen: dict[str, tuple[FoundFile, float]] = {}
        for file in self._files():
            before = self._seen.get(file.name)
            seen[file.name] = before if before is not None and before[0] == file else (file, now)
        self._seen = seen
        return [
            file
            for _, (file, since) in sorted(seen.items())
            if now - since >= self._settle_s and not is_being_written(file.path)
        ]

    def is_settled(self) -> bool:
        """Return whether every file that was seen has been as it is for long enough."""
        now = self._clock.monotonic()
        return all(now - since >= self._settle_s for _, since in self._seen.values())

    def _files(self) -> Iterator[FoundFile]:
        os.scandir(self.path).close()  # os.walk is silent about a folder that is gone
        for folder, below, names in os.walk(self.path):
            if not self._recursive:
                below.clear()
            below[:] = [name for name in below if not name.startswith(".")]
            for name in names:
                if name.startswith(".") or name.lower().endswith(UNFINISHED_SUFFIXES):
                    continue
                found = found_file(Path(folder) / name, self.path)
                if found is not None and found.size:
                    yield found


def found_file(path: Path, folder: Path) -> FoundFile | None:
    """Return the file as it is now; None where it is gone, or is no file."""
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return FoundFile(
        path=path,
        name=str(path.relative_to(folder)),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )


def is_being_written(path: Path) -> bool:
    """Return whether a process of this machine has the file open for writing, as far as the kernel tells.

    It refuses a lease then (fcntl(2), F_SETLEASE). On files of other users and on some file systems it gives
    no leases; there, only time shows that a file is whole.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # whoever reads it finds out why
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # which does nothing; SIGIO would end us
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False
