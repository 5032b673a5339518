"""The data folder: accessible only to the account that runs the server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import structlog

from scribedock.settings import SettingsError

log = structlog.get_logger("scribedock.data_folder")

UMASK = 0o077
RESTORING_FILE = "restoring"
RESTORING_TEXT = "A backup is being restored into this folder (scribedock restore); no server starts on it.\n"
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def enter(folder: Path) -> None:
    """Create the folder where it is missing and make it private, with all that is written from now on.

    Applies to this process and its children. Raises SettingsError where there is no folder and none can be
    made, and where a restoration into it was interrupted.
    """
    prepare(folder)
    if (folder / RESTORING_FILE).exists():
        raise SettingsError(
            f"SCRIBEDOCK_DATA_DIR: a restoration into {folder} is under way or was interrupted; repeat it "
            "with scribedock restore --replace"
        )


def prepare(folder: Path) -> None:
    """Do as `enter`, also where a restoration was interrupted."""
    try:
        # These are not ours, so the operator's umask applies.
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.umask(UMASK)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(f"SCRIBEDOCK_DATA_DIR: {folder} cannot be created ({error.strerror})") from None
    make_private(folder)


def mark_restoring(folder: Path) -> None:
    """Keep servers from starting on the folder until `clear_restoring`, also after a crash."""
    (folder / RESTORING_FILE).write_text(RESTORING_TEXT)


def clear_restoring(folder: Path) -> None:
    """Let servers start on the folder."""
    (folder / RESTORING_FILE).unlink()


def make_private(folder: Path) -> None:
    """Remove other users' access to the folder; warn in the log where that fails."""
    if not is_open_to_others(folder):
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    problem = "anybody may create files in it; give the server a folder of its own"
    if not (mode & stat.S_ISVTX and mode & stat.S_IWOTH):  # such as /tmp, whose mode is not ours to change
        problem = _narrowed(folder, mode & ~GROUP_AND_OTHERS)
    if problem:
        log.warning(
            "other users can read the data folder", folder=str(folder), mode=f"{mode:04o}", reason=problem
        )
    else:
        log.warning(
            "data folder made private: other users could read it",
            folder=str(folder),
            was=f"{mode:04o}",
            mode=f"{mode & ~GROUP_AND_OTHERS:04o}",
        )


def is_open_to_others(folder: Path) -> bool:
    """Return whether others than the owner have any access to the folder."""
    return bool(folder.stat().st_mode & GROUP_AND_OTHERS)


def _narrowed(folder: Path, mode: int) -> str:
    """Change the folder's mode; return why it failed, or an empty text."""
    try:
        folder.chmod(mode)
    except OSError as error:
        return error.strerror or type(error).__name__
    if is_open_to_others(folder):
        return "its file system does not support modes"
    return ""
