"""Recordings in a folder of this machine.

An object appears under its key whole or not at all: it is written under a
temporary name in the same file system, synced, renamed, and its folder synced.
Keys are ours (hex digits); nothing of a client's ever becomes part of a path.

What it does not do: know what refers to an object.  `sweep` is told.
"""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

KEY = re.compile(r"[0-9a-f]{32}\Z")


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        self._temporary = folder / "temporary"
        for made in (self._objects, self._temporary):
            made.mkdir(parents=True, exist_ok=True)

    def begin(self) -> NewObject:
        """An object to be written; invisible until `commit`."""
        return NewObject(self._temporary / uuid.uuid4().hex, self)

    def path(self, key: str) -> Path:
        """Where the object lies."""
        if not KEY.match(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self._objects / key[:2] / key

    def delete(self, key: str) -> None:
        """Removes the object, if it is there."""
        self.path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        for folder in sorted(self._objects.iterdir()):
            for path in sorted(folder.iterdir()):
                yield path.name

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._objects).free

    def sweep(self, referenced: frozenset[str], *, older_than_s: float) -> int:
        """Removes what a crash left behind: unfinished files, and objects that nothing refers to.

        Returns how many.
        """
        before = time.time() - older_than_s
        left = [path for path in self._temporary.iterdir() if path.stat().st_mtime < before]
        left += [
            self.path(key)
            for key in self.keys()
            if key not in referenced and self.path(key).stat().st_mtime < before
        ]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


class NewObject:
    """A file being written. Leaving the `with` block without `commit` removes it."""

    def __init__(self, path: Path, store: FileStore) -> None:
        self._path = path
        self._store = store
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self.bytes = 0

    @property
    def path(self) -> Path:
        return self._path

    def write(self, data: bytes | memoryview) -> None:
        """Appends all of `data`. Raises OSError (ENOSPC) when the disk is full."""
        view = memoryview(data)
        while view:
            written = os.write(self._descriptor, view)
            self.bytes += written
            view = view[written:]

    def commit(self) -> str:
        """Makes the object durable and visible; returns its key."""
        os.fsync(self._descriptor)
        key = uuid.uuid4().hex
        path = self._store.path(key)
        new_folder = not path.parent.exists()
        path.parent.mkdir(exist_ok=True)
        self._path.rename(path)
        _sync_folder(path.parent)
        if new_folder:
            _sync_folder(path.parent.parent)
        self._close()
        return key

    def adopt(self) -> str:
        """`commit` after somebody else has put the file at `path`, replacing ours."""
        self._close()
        self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return self.commit()

    def discard(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> NewObject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            self.discard()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
