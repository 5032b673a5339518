"""The manifest of a backup: written last, so that a backup without one is incomplete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scribedock.backup.errors import BackupError
from scribedock.clock import format_time, parse_time

FILE_NAME = "manifest.json"
FORMAT = 2  # raised when an older release could not restore what a newer one has saved
SELF_CONTAINED = 1  # that of a backup which has its recordings, and which older releases restore too


@dataclass(frozen=True, kw_only=True)
class SavedFile:
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    # The version of scribedock that made the backup.
    version: str
    # The newest migration of our database.
    revision: str
    # That of the saved steps of workflows.
    workflow_format: int
    # What was acknowledged before this moment is in the backup.
    begun: datetime
    ended: datetime
    jobs: int
    accounts: int
    # Recordings and what is made from them.
    objects: int
    object_bytes: int
    # The URL of the store that alone has the recordings; None: the backup has them.
    kept_in: str | None
    # Unfinished uploads that can be resumed.
    partials: int
    # Databases, keys and other files, by their path in the backup.
    files: Mapping[str, SavedFile]


def to_json(manifest: Manifest) -> str:
    """Return the manifest as it is written."""
    said = {
        "format": SELF_CONTAINED if manifest.kept_in is None else FORMAT,
        **asdict(manifest),
        "begun": format_time(manifest.begun),
        "ended": format_time(manifest.ended),
    }
    return json.dumps(said, indent=1) + "\n"


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupError where there is none that can be used."""
    path = folder / FILE_NAME
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is no complete backup: it has no {FILE_NAME}, which is written last"
        ) from None
    except (OSError, ValueError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from None
    if not isinstance(said, dict) or not isinstance(said.get("format"), int):
        raise BackupError(f"{path} is not the manifest of a backup")
    if said["format"] > FORMAT:
        raise BackupError(
            f"{folder} was made by scribedock {said.get('version')}, a newer release; restore it with that"
        )
    try:
        return _manifest(said)
    except (KeyError, TypeError, ValueError):
        raise BackupError(f"{path} is damaged") from None


def _manifest(said: Mapping[str, Any]) -> Manifest:
    files = {
        str(name): SavedFile(bytes=int(file["bytes"]), sha256=str(file["sha256"]))
        for name, file in said["files"].items()
    }
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in files):
        raise ValueError(files)
    return Manifest(
        version=str(said["version"]),
        revision=str(said["revision"]),
        workflow_format=int(said["workflow_format"]),
        begun=parse_time(said["begun"]),
        ended=parse_time(said["ended"]),
        jobs=int(said["jobs"]),
        accounts=int(said["accounts"]),
        objects=int(said["objects"]),
        object_bytes=int(said["object_bytes"]),
        kept_in=None if said.get("kept_in") is None else str(said["kept_in"]),
        partials=int(said["partials"]),
        files=files,
    )
