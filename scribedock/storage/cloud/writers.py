"""Who writes to the bucket: the processes that share a data folder, living and dead."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from scribedock.host.locked_file import LockedFile, abandoned_files, is_abandoned


class Writers:
    """A process among those that share the data folder."""

    PREFIX = "writer-"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: LockedFile | None = None
        self.id = ""

    def join(self) -> str:
        """Return the id of this process, which others can ask about; the first call makes it."""
        if self._file is None:
            self._file = LockedFile(self._folder, self.PREFIX)
            self.id = self._file.path.name.removeprefix(self.PREFIX)
        return self.id

    def is_dead(self, writer: str) -> bool:
        """Return whether the writer ran on this data folder and has ended; False where it is unknown."""
        return writer.isalnum() and is_abandoned(self._folder / f"{self.PREFIX}{writer}")

    def sweep(self, *, remembered_s: float) -> None:
        """Forget processes that died so long ago that nobody asks about them any more."""
        before = time.time() - remembered_s
        for path in abandoned_files(self._folder, self.PREFIX):
            with suppress(FileNotFoundError):  # another process sweeps too
                found = path.stat()
                if not found.st_size:
                    path.write_bytes(b"dead")
                elif found.st_mtime < before:
                    path.unlink()
