"""Recordings and what is made from them: linked between store and backup, or copied.

A finished object never changes, so a second name for it costs nothing and saves it. A partial is still
written to, and is copied.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scribedock.backup.databases import Progress
from scribedock.backup.errors import BackupError
from scribedock.storage.file import FileStore

# Of file systems without hard links, of another file system, and of one that has too many links to a file.
NO_LINK_ERRORS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@dataclass(kw_only=True)
class Transfer:
    """Objects and partials on their way from one folder to another."""

    source: FileStore
    target: FileStore
    linked: int = 0
    copied: int = 0

    def objects(self, keys: Iterable[str], progress: Progress) -> tuple[str, ...]:
        """Bring the objects that are not there yet; return the keys of those that do not exist."""
        wanted = sorted(keys)
        missing = []
        for number, key in enumerate(wanted, 1):
            if not self._object(key):
                missing.append(key)
            progress(number, len(wanted))
        return tuple(missing)

    def _object(self, key: str) -> bool:
        source, target = _path(self.source, key), self.target.path(key)
        if target.exists():
            return True
        try:
            linked = link_or_copy(source, target)
        except FileNotFoundError:
            return False
        if linked:
            self.linked += 1
        else:
            self.copied += 1
        return True

    def partials(self, names: Iterable[str]) -> int:
        """Copy the partials that exist; return how many there are."""
        found = 0
        for name in sorted(names):
            try:
                copy(self.source.partial_path(name), self.target.partial_path(name))
            except FileNotFoundError:  # its upload is complete, or was cancelled
                continue
            found += 1
        return found


def link_or_copy(source: Path, target: Path) -> bool:
    """Give a file a second name, or copy it where that is impossible; return whether it was linked."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINK_ERRORS:
            raise
        copy(source, target)
        return False
    return True


def copy(source: Path, target: Path) -> None:
    """Copy a file durably; it appears whole. The copy is readable to its owner alone."""
    fresh = target.with_name(f".{target.name}.part")
    with source.open("rb") as reading:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as writing:
            shutil.copyfileobj(reading, writing, 1024 * 1024)
            writing.flush()
            os.fsync(writing.fileno())
    fresh.replace(target)


def check_objects(store: FileStore, named: Mapping[str, int | None], progress: Progress) -> int:
    """Check that every object is there with its size; return the bytes of all. Raises BackupError."""
    total = 0
    for number, (key, size) in enumerate(sorted(named.items()), 1):
        try:
            found = _path(store, key).stat().st_size
        except FileNotFoundError:
            raise BackupError(f"the backup is damaged: it lacks the recording {key}") from None
        if size is not None and found != size:
            raise BackupError(f"the backup is damaged: the recording {key} has {found:,} bytes, not {size:,}")
        total += found
        progress(number, len(named))
    return total


def _path(store: FileStore, key: str) -> Path:
    try:
        return store.path(key)
    except ValueError as error:
        raise BackupError(f"the database is damaged: {error}") from None


def sync_folders(folder: Path) -> None:
    """Make the names of all files below the folder survive a power cut."""
    for path, _, _ in os.walk(folder):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
