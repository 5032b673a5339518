"""What of a data folder a backup has.

A new name in the data folder has to be entered here; `tests/unit/backup/test_contents.py` fails until it is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from scribedock import app
from scribedock.backup.errors import BackupError
from scribedock.host.erasure_journal import FILE_NAME as JOURNAL
from scribedock.settings import Settings
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.schemes.folder import folder_of
from scribedock.storage.stores import open_store, storage_url

MEDIA = "media"
SECRETS = "secrets"


class Treatment(StrEnum):
    STORED = "stored"  # by its own rules
    COPIED = "copied"
    LEFT_OUT = "left out"  # made anew, or downloaded again


CONTENTS: Mapping[str, Treatment] = {
    MEDIA: Treatment.STORED,
    SECRETS: Treatment.STORED,
    JOURNAL: Treatment.COPIED,
    "admin-password": Treatment.COPIED,
    "sandbox": Treatment.COPIED,
    "intake": Treatment.COPIED,  # what was done with the files of watched folders
    **dict.fromkeys(
        ("executors", "models", "reaper.lock", "restoring", "servers", "start.lock", "work", "writers"),
        Treatment.LEFT_OUT,
    ),
}
COPIED_NAMES = tuple(name for name, treatment in CONTENTS.items() if treatment is Treatment.COPIED)
POSTGRESQL = (
    "the database is PostgreSQL, which has tools of its own: deploy/backup-postgresql.sh dumps it and copies "
    "the recordings in the right order (docs/backup.md)"
)


def check_owner(folder: Path) -> None:
    """Raise BackupError where the folder belongs to another user, whose server could not use our files.

    Even to read a database, SQLite may leave files beside it.
    """
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        raise BackupError(
            f"{folder.resolve()} belongs to the user {folder.owner()}: run this as that user, or the server "
            "cannot use the files that are made"
        )


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where a server has what a backup is made of."""

    settings: Settings
    database: Path  # ours
    engine: Path  # the workflow engine's
    media: Path | None  # the folder of the store; None: it is a bucket

    @property
    def place(self) -> str:
        """Return the URL of the store, for people."""
        return storage_url(self.settings)

    @cached_property
    def bucket(self) -> CloudStore:
        """Open the store that is a bucket. Raises SettingsError."""
        store = open_store(self.settings)
        assert isinstance(store, CloudStore)
        return store

    @property
    def databases(self) -> tuple[Path, ...]:
        """The databases in the order in which they are saved and restored.

        The engine's comes first. A workflow that our database knows and the engine does not begins anew; one
        that the engine has finished and our database still waits for would never end.
        """
        return (self.engine, self.database)


def installation(settings: Settings) -> Installation:
    """Return where the server has its data, and create nothing.

    Raises BackupError where the databases are not in files.
    """
    files = app.sqlite_files(settings)
    if len(files) != 2:
        raise BackupError(POSTGRESQL)
    url = storage_url(settings)
    media = folder_of(url) if urlsplit(url).scheme == "file" else None
    database, engine = files
    return Installation(settings=settings, database=database, engine=engine, media=media)
