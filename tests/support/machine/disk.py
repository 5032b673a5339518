"""A small file system of its own, which can be full."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Disk:
    folder: Path

    @property
    def free(self) -> int:
        return shutil.disk_usage(self.folder).free

    @contextmanager
    def filled(self, *, leaving: int) -> Iterator[None]:
        """So that no more than `leaving` bytes are free."""
        filler = self.folder / "filler"
        try:
            with filler.open("wb") as file:
                while self.free > leaving:
                    file.write(bytes(min(self.free - leaving, 1024 * 1024)))
                    file.flush()
            yield
        finally:
            filler.unlink()


def _unmount(folder: Path) -> None:
    """A worker's own children end a moment after it, and hold the disk until then."""
    deadline = time.monotonic() + 20
    command = ["umount", str(folder)]
    while (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.2)


@contextmanager
def small_disk(folder: Path, *, size: int) -> Iterator[Disk]:
    """Provide a tmpfs of `size` bytes at `folder`; fail where it cannot be mounted."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"a full disk takes a small tmpfs, and that takes root: {done.stderr}"
    try:
        yield Disk(folder)
    finally:
        _unmount(folder)
