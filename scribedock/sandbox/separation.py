"""Keeps sandboxes and real servers apart: neither works on the other's data folder or database.

A sandbox has an account whose password is public, and its worker removes every recording that its own
database does not know. So its data folder has a marker file, and the root account in its database is marked;
a server that finds the other kind refuses to start.
"""

from __future__ import annotations

from pathlib import Path

from scribedock.accounts.accounts import Account
from scribedock.settings import SettingsError

MARKER_FILE = "sandbox"
MARKER_TEXT = "This folder belongs to a sandbox (scribedock serve --sandbox): nothing in it is real.\n"
SERVER_FOLDERS = ("secrets", "media")  # left by a server that was here before
OWN_FOLDER = "give the sandbox a folder of its own, as --data-dir sandbox"


def check_folder(folder: Path, *, sandbox: bool) -> None:
    """Mark a new folder for a sandbox. Raises SettingsError where it belongs to the other kind of server."""
    mark = folder / MARKER_FILE
    if mark.exists():
        if not sandbox:
            raise SettingsError(
                f"SCRIBEDOCK_DATA_DIR: {folder} belongs to a sandbox; start it with --sandbox, "
                "or choose another folder"
            )
    elif sandbox:
        if any((folder / trace).exists() for trace in SERVER_FOLDERS):
            raise SettingsError(f"SCRIBEDOCK_DATA_DIR: {folder} belongs to a real server; {OWN_FOLDER}")
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(MARKER_TEXT)


def check_database(root: Account | None, *, sandbox: bool) -> None:
    """Raise SettingsError where the root account belongs to the other kind of server."""
    if root is None or root.sandbox == sandbox:
        return
    if sandbox:
        raise SettingsError(
            "SCRIBEDOCK_DATABASE_URL: the database belongs to a real server; give the sandbox one of its own"
        )
    raise SettingsError(
        "SCRIBEDOCK_DATABASE_URL: the database belongs to a sandbox, with an account whose password is "
        "public; start the server with --sandbox, or choose another database"
    )
