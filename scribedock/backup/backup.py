"""Makes a backup of a server while it runs.

Recordings are linked or copied first, which takes longest; then the databases are copied, each in one state;
then what they name and was not there yet is brought too. A recording that was replaced in between is a
reason to copy the databases once more: in the end, everything that they name is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scribedock import __version__
from scribedock.backup import databases, manifest
from scribedock.backup.bucket import BucketCopy, LeftInBucket
from scribedock.backup.contents import CONTENTS, COPIED_NAMES, MEDIA, SECRETS, Installation
from scribedock.backup.databases import NamedFiles
from scribedock.backup.errors import BackupError
from scribedock.backup.manifest import Manifest, SavedFile
from scribedock.backup.recordings import Transfer, check_objects, copy, sync_folders
from scribedock.clock import Clock
from scribedock.db import migrate
from scribedock.host.erasure_journal import FILE_NAME as JOURNAL
from scribedock.host.erasure_journal import journal_path
from scribedock.keys.keys import KeyPurpose, as_settings, key_file, replace_private
from scribedock.storage.file import FileStore
from scribedock.workflow.engine_client import WORKFLOW_FORMAT

MAX_ROUNDS = 5  # until nothing was replaced while the databases were copied
PRIVATE = 0o700

Report = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much is."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    manifest: Manifest
    linked: int  # recordings that share their bytes with the server's
    copied: int
    left_out: tuple[str, ...]  # names in the data folder that are nobody's of the server's


def make_backup(
    source: Installation, folder: Path, *, keeps_recordings: bool = False, clock: Clock, report: Report
) -> Backup:
    """Make a backup in a folder that is empty or does not exist yet.

    keeps_recordings: whether the recordings stay in their bucket alone. Raises BackupError, OSError,
    sqlite3.Error; what is in the folder then is recognized as incomplete.
    """
    if keeps_recordings and source.media is not None:
        raise BackupError(
            f"the recordings are in the folder {source.media}, which keeps no versions: make the backup "
            "without --keep-recordings"
        )
    _make_folder(folder)
    begun = clock.now()
    if not source.database.is_file() or not source.engine.is_file():
        raise BackupError(
            f"no server has used {source.settings.data_dir.resolve()} yet: there is nothing to save"
        )
    revision = databases.revision_of(source.database)
    if revision != migrate.newest_revision():
        raise BackupError("the database is that of another release; scribedock serve upgrades it")
    store = FileStore(folder / MEDIA)
    transfer = _transfer(source, store, keeps_recordings=keeps_recordings)
    transfer.objects(transfer.source.keys(), lambda done, of: report("recordings", done, of))
    named = _databases(source, folder, transfer, report)
    partials = transfer.partials(named.partials)
    if keeps_recordings:
        size = sum(size or 0 for size in named.objects.values())
    else:
        _remove_unnamed(store, named)
        size = check_objects(store, named.objects, lambda done, of: report("recordings checked", done, of))
    left_out = _files(source, folder)
    report("sums of the databases", 0, 1)
    database = folder / source.database.name
    made = Manifest(
        version=__version__,
        revision=revision,
        workflow_format=WORKFLOW_FORMAT,
        begun=begun,
        ended=clock.now(),
        jobs=databases.count(database, "jobs"),
        accounts=databases.count(database, "accounts"),
        objects=len(named.objects),
        object_bytes=size,
        kept_in=source.place if keeps_recordings else None,
        partials=partials,
        files=_saved_files(folder),
    )
    report("sums of the databases", 1, 1)
    _write_manifest(folder, made)
    return Backup(manifest=made, linked=transfer.linked, copied=transfer.copied, left_out=left_out)


def _transfer(
    source: Installation, store: FileStore, *, keeps_recordings: bool
) -> Transfer | BucketCopy | LeftInBucket:
    if source.media is not None:
        return Transfer(source=FileStore(source.media), target=store)
    if keeps_recordings:
        return LeftInBucket(source=source.bucket)
    return BucketCopy(source=source.bucket, target=store)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty; give the backup a folder of its own")
        folder.chmod(PRIVATE)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from None


def _databases(
    source: Installation, folder: Path, transfer: Transfer | BucketCopy | LeftInBucket, report: Report
) -> NamedFiles:
    """Copy the databases until all that they name is in the backup; return what they name."""
    for _ in range(MAX_ROUNDS):
        for path in source.databases:
            title = f"database {path.name}"
            databases.copy_database(
                path,
                folder / path.name,
                lambda done, of, title=title: report(title, done, of),  # type: ignore[misc]
            )
        named = databases.named_files(folder / source.database.name)
        if not transfer.objects(named.objects, lambda done, of: report("newest recordings", done, of)):
            return named
    raise BackupError(
        f"recordings that the database names are missing, after {MAX_ROUNDS} tries: "
        "scribedock storage check tests the storage"
    )


def _remove_unnamed(store: FileStore, named: NamedFiles) -> None:
    """Remove what was deleted since it was linked, and what never belonged to a job."""
    for key in list(store.keys()):
        if key not in named.objects:
            store.delete(key)


def _files(source: Installation, folder: Path) -> tuple[str, ...]:
    """Save keys and other files; return the names in the data folder that are not the server's."""
    data = source.settings.data_dir
    for name in COPIED_NAMES:
        path = journal_path(source.settings) if name == JOURNAL else data / name
        for file in (path, *path.rglob("*")):
            if file.is_file():
                target = folder / name / file.relative_to(path)
                target.parent.mkdir(mode=PRIVATE, exist_ok=True)
                copy(file, target)
    secrets = folder / SECRETS
    secrets.mkdir(mode=PRIVATE)
    # Those of the settings too: a database without its encryption key is worth little.
    saved = as_settings(source.settings)
    for purpose, name in (
        (KeyPurpose.ENCRYPTION, "SCRIBEDOCK_ENCRYPTION_KEY"),
        (KeyPurpose.SIGNING, "SCRIBEDOCK_UPLOAD_KEYS"),
    ):
        replace_private(secrets / key_file(source.settings, purpose).name, saved[name])
    ours = {*CONTENTS, *(name for path in source.databases for name in databases.files_of(path))}
    return tuple(sorted(path.name for path in data.iterdir() if path.name not in ours))


def _saved_files(folder: Path) -> dict[str, SavedFile]:
    """Return sizes and sums of everything but recordings."""
    found = [path for path in folder.iterdir() if path.is_file()]
    for name in (SECRETS, *COPIED_NAMES):
        found += [path for path in (folder / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): saved_file(path) for path in sorted(found)}


def saved_file(path: Path) -> SavedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SavedFile(bytes=path.stat().st_size, sha256=digest)


def _write_manifest(folder: Path, made: Manifest) -> None:
    """Write the manifest so that it appears whole, after everything else is durable."""
    sync_folders(folder)
    replace_private(folder / manifest.FILE_NAME, manifest.to_json(made))
