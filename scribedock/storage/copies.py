"""Local copies of recordings whose store is in a bucket: files that their process removes, or a later one."""

from __future__ import annotations

from pathlib import Path

from scribedock.host.locked_file import LockedFile, abandoned_files

PREFIX = "recording-"


def new_copy(data_dir: Path) -> LockedFile:
    """Return an empty file for the copy; closing it removes it."""
    return LockedFile(_folder(data_dir), PREFIX)


def remove_abandoned(data_dir: Path) -> None:
    """Remove the copies whose processes, on this machine, have ended."""
    for path in abandoned_files(_folder(data_dir), PREFIX):
        path.unlink(missing_ok=True)


def _folder(data_dir: Path) -> Path:
    return data_dir / "work"
