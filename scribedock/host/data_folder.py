"""The data folder: for the account alone that runs the server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import structlog

from scribedock.settings import SettingsError

log = structlog.get_logger("scribedock.data_folder")

UMASK = 0o077
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def enter(folder: Path) -> None:
    """Makes the folder where it is missing, keeps others out of it, and makes all that this process and its
    children write from now on private.

    Raises SettingsError where there is no folder, and none can be made.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)  # these are not ours: as the operator's umask says
        os.umask(UMASK)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(f"SCRIBEDOCK_DATA_DIR: {folder} cannot be made ({error.strerror})") from None
    narrow(folder)


def narrow(folder: Path) -> None:
    """Takes the folder from everybody but its owner. Where that cannot be done, a warning in the log."""
    if not is_open(folder):
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    problem = "everybody may make files in it; give the server a folder of its own"
    if not (mode & stat.S_ISVTX and mode & stat.S_IWOTH):  # such as /tmp, which is never ours to narrow
        problem = _narrowed(folder, mode & ~GROUP_AND_OTHERS)
    if problem:
        log.warning(
            "others may look into the data folder", folder=str(folder), mode=f"{mode:04o}", reason=problem
        )
    else:
        log.warning(
            "data folder narrowed: others could look into it",
            folder=str(folder),
            was=f"{mode:04o}",
            mode=f"{mode & ~GROUP_AND_OTHERS:04o}",
        )


def is_open(folder: Path) -> bool:
    """Whether others than its owner have any right to it."""
    return bool(folder.stat().st_mode & GROUP_AND_OTHERS)


def _narrowed(folder: Path, mode: int) -> str:
    """Why it could not be done; empty where it was."""
    try:
        folder.chmod(mode)
    except OSError as error:
        return error.strerror or type(error).__name__
    if is_open(folder):
        return "its file system keeps no such modes"
    return ""
