"""Recordings in a folder of this machine.

An object appears under its key whole or not at all: it is written under another name
in the same file system, synced, given its name, and its folder synced.  A partial's writer
holds a lock on its file, which the kernel lets go of when the writer dies.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scribedock.storage.names import checked_name
from scribedock.storage.store import ObjectDamaged, PartialBusy, PartialMissing

COPY_BYTES = 1024 * 1024
NO_HARD_LINK_ERRORS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)  # of some file systems


class FileStore:
    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        self._partials = folder / "partials"
        # All folders exist, and survive a power cut, before the first recording.
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
        prefixes = (self._objects / f"{prefix:02x}" for prefix in range(256))
        for made in (self._objects, self._partials, *prefixes):
            made.mkdir(exist_ok=True)
        for path in (self._objects, folder, folder.parent):
            _sync_folder(path)

    def begin(self) -> PartialFile:
        return PartialFile(self.partial_path(uuid.uuid4().hex), self, os.O_CREAT | os.O_EXCL)

    def resume(self, name: str) -> PartialFile:
        try:
            return PartialFile(self.partial_path(name), self, 0)
        except FileNotFoundError:
            raise PartialMissing(name) from None

    def partial_bytes(self, name: str) -> int | None:
        try:
            return self.partial_path(name).stat().st_size
        except FileNotFoundError:
            return None

    def discard(self, name: str) -> None:
        self.partial_path(name).unlink(missing_ok=True)

    def adopt(self, path: Path) -> str:
        partial = self.partial_path(uuid.uuid4().hex)
        try:
            path.rename(partial)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.copyfile(path, partial)
            path.unlink()
        with PartialFile(partial, self, 0) as adopted:
            return adopted.commit()

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self.path(key)
        path.stat()
        yield path

    def read(self, key: str, start: int, end: int) -> Iterator[memoryview]:
        with self.path(key).open("rb", buffering=0) as file:
            buffer = memoryview(bytearray(COPY_BYTES))
            file.seek(start)
            while start < end:
                count = file.readinto(buffer[: end - start])
                if not count:
                    raise ObjectDamaged(key)
                start += count
                yield buffer[:count]

    def size(self, key: str) -> int:
        return self.path(key).stat().st_size

    def path(self, key: str) -> Path:
        """Return the path of the object."""
        return self._objects / checked_name(key)[:2] / key

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        for folder in sorted(self._objects.iterdir()):
            for path in sorted(folder.iterdir()):
                yield path.name

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._objects).free

    def sweep(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        before = time.time() - older_than_s
        left = [path for path in self._partials.iterdir() if path.name not in partials]
        left += [self.path(key) for key in self.keys() if key not in objects]
        removed = 0
        for path in left:
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:  # its writer was faster
                continue
        return removed

    def partial_path(self, name: str) -> Path:
        """Return the path of the partial."""
        return self._partials / checked_name(name)


class PartialFile:
    def __init__(self, path: Path, store: FileStore, flags: int) -> None:
        self._path = path
        self._store = store
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._close()
            raise PartialBusy(path.name) from None
        if not os.fstat(self._descriptor).st_nlink:  # removed before the lock was ours
            self._close()
            raise PartialMissing(path.name)
        self._bytes = os.lseek(self._descriptor, 0, os.SEEK_END)

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def bytes(self) -> int:
        return self._bytes

    def write(self, data: memoryview) -> None:
        view = data
        while view:
            written = os.write(self._descriptor, view)
            self._bytes += written
            view = view[written:]

    def sync(self) -> int:
        size = self._bytes
        os.fdatasync(self._descriptor)
        return size

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)
        self._bytes = os.lseek(self._descriptor, 0, os.SEEK_END)

    def read(self) -> Iterator[memoryview]:
        buffer = memoryview(bytearray(COPY_BYTES))
        position = 0
        while count := os.preadv(self._descriptor, [buffer], position):
            position += count
            yield buffer[:count]

    def commit(self) -> str:
        os.fsync(self._descriptor)
        key = uuid.uuid4().hex
        path = self._store.path(key)
        try:
            self._name(path)
        except FileNotFoundError:
            raise PartialMissing(self.name) from None
        _sync_folder(path.parent)
        return key

    def _name(self, path: Path) -> None:
        """Give the file the object's name too; the partial's name is removed at the end of the `with` block.

        So nothing has to be sent again where the machine crashes before anybody has noted the key.
        """
        try:
            path.hardlink_to(self._path)
        except OSError as error:
            if error.errno not in NO_HARD_LINK_ERRORS:
                raise
            self._path.rename(path)

    def suspend(self) -> None:
        self._close()

    def discard(self) -> None:
        self._path.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> PartialFile:
        return self

    def __exit__(self, *error: object) -> None:
        if self._descriptor >= 0:
            self.discard()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
