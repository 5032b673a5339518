"""Restores a backup into an empty data folder.

Everything is checked before anything is written. Until the last step is done a marker is in the data folder,
with which no server starts. The databases come last, and then whatever was erased since the backup is erased
again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scribedock.backup import databases, manifest
from scribedock.backup.backup import Report, saved_file
from scribedock.backup.bucket import check_bucket, put_objects
from scribedock.backup.contents import COPIED_NAMES, MEDIA, SECRETS, Installation
from scribedock.backup.databases import NamedFiles
from scribedock.backup.errors import BackupError
from scribedock.backup.manifest import Manifest
from scribedock.backup.recordings import Transfer, check_objects, copy, sync_folders
from scribedock.clock import Clock
from scribedock.db import migrate
from scribedock.host import data_folder
from scribedock.host.erasure_journal import FILE_NAME as JOURNAL
from scribedock.host.erasure_journal import Erasure, JournalDamaged, journal_path, read_journals
from scribedock.settings import Settings
from scribedock.storage.file import FileStore
from scribedock.workflow.engine_client import WORKFLOW_FORMAT

STAYING = ("models",)  # in the data folder when it is replaced: no backup has them
STORE_FOLDERS = ("objects", "partials")


@dataclass(frozen=True, kw_only=True)
class CheckedBackup:
    """A backup that is whole, and that this release can restore."""

    folder: Path
    manifest: Manifest
    named: NamedFiles
    database: Path

    @property
    def store(self) -> FileStore:
        return FileStore(self.folder / MEDIA)


@dataclass(frozen=True, kw_only=True)
class Restored:
    linked: int  # recordings that share their bytes with the backup's
    copied: int
    replaced: Path | None  # where what was in the data folder before is now


def check_backup(folder: Path, target: Installation, report: Report) -> CheckedBackup:
    """Check that the backup is whole and not of a newer release. Raises BackupError, OSError."""
    found = manifest.read(folder)
    if found.revision not in migrate.known_revisions() or found.workflow_format > WORKFLOW_FORMAT:
        raise BackupError(
            f"{folder} was made by scribedock {found.version}, whose database this release does not know: "
            "restore it with that release"
        )
    for number, (name, saved) in enumerate(found.files.items(), 1):
        path = folder / name
        if not path.is_file() or saved_file(path) != saved:
            raise BackupError(f"the backup is damaged: {path} is not what was saved")
        report("files checked", number, len(found.files))
    lacking = [path.name for path in target.databases if path.name not in found.files]
    if lacking:
        raise BackupError(
            f"the backup has no database named {lacking[0]}: set SCRIBEDOCK_DATABASE_URL as it was then"
        )
    try:
        named = databases.named_files(folder / target.database.name)
    except sqlite3.Error as error:
        raise BackupError(f"the backup is damaged: {error}") from None
    checked = CheckedBackup(
        folder=folder, manifest=found, named=named, database=folder / target.database.name
    )
    if found.kept_in is None:
        check_objects(checked.store, named.objects, lambda done, of: report("recordings checked", done, of))
    elif target.media is not None:
        raise BackupError(
            f"the recordings of this backup are in {found.kept_in} alone: set SCRIBEDOCK_STORAGE_URL to "
            "it, or to where its replica is"
        )
    return checked


def known_erasures(
    backup: CheckedBackup, settings: Settings, others: Iterable[Path]
) -> tuple[Sequence[Erasure], tuple[Path, ...]]:
    """Return what was erased since the backup began, and the journals that say so.

    These are the journal of the settings, where it still exists, and `others`. Raises BackupError where one
    cannot be read.
    """
    own = journal_path(settings)
    paths = (*others, *((own,) if own.is_file() else ()))
    try:
        return read_journals(paths, since=backup.manifest.begun), paths
    except (OSError, JournalDamaged) as error:
        raise BackupError(f"the erasure journal cannot be read: {error}") from None


def check_place(
    backup: CheckedBackup,
    target: Installation,
    erasures: Iterable[Erasure],
    *,
    replace: bool,
    gives_up_missing: bool,
) -> None:
    """Check that the bucket has what it must and nothing else, where the recordings are in one.

    What was erased since may be missing, and with `gives_up_missing` anything. Raises BackupError, OSError.
    """
    if target.media is not None:
        return
    erased = databases.keys_of_jobs(backup.database, (each.id for each in erasures))
    check_bucket(
        target.bucket,
        target.place,
        backup.named.objects,
        kept=backup.manifest.kept_in is not None and not gives_up_missing,
        erased=erased,
        replace=replace,
    )


def restore_backup(
    backup: CheckedBackup,
    target: Installation,
    *,
    replace: bool,
    clock: Clock,
    report: Report,
) -> Restored:
    """Restore everything but the erasures; `finish` must follow once they are replayed.

    replace: whether to move aside what is in the data folder. Raises BackupError where there is something and
    `replace` is not given, and where a server is running; OSError.
    """
    replaced = _make_room(target, replace=replace, now=clock.now())
    data = target.settings.data_dir
    data_folder.mark_restoring(data)
    _copy_files(backup, target)
    linked, copied = _restore_recordings(backup, target, report)
    for number, path in enumerate(target.databases, 1):
        copy(backup.folder / path.name, path)
        report("databases", number, len(target.databases))
    for path in (data, *([] if target.media is None else [target.media])):
        sync_folders(path)
    return Restored(linked=linked, copied=copied, replaced=replaced)


def _restore_recordings(backup: CheckedBackup, target: Installation, report: Report) -> tuple[int, int]:
    """Bring the recordings; return how many were linked and how many copied."""

    def progress(done: int, of: int) -> None:
        report("recordings", done, of)

    if target.media is None:
        if backup.manifest.kept_in is not None:
            return 0, 0
        return 0, put_objects(backup.store, target.bucket, backup.named.objects, progress)
    transfer = Transfer(source=backup.store, target=FileStore(target.media))
    transfer.objects(backup.named.objects, progress)
    transfer.partials(backup.named.partials)
    return transfer.linked, transfer.copied


def _make_room(target: Installation, *, replace: bool, now: datetime) -> Path | None:
    """Move aside what is there; return the folder in which it is, None where there was nothing."""
    data = target.settings.data_dir
    if any(databases.is_in_use(path) for path in target.databases):
        raise BackupError(f"a server or a worker is running on {data.resolve()}: stop it first")
    found = _contents(target)
    if not found:
        return None
    if not replace:
        raise BackupError(
            f"{found[0]} exists already: restore into an empty data folder, or use --replace to move aside "
            "what is there"
        )
    aside = data / f"replaced-{now:%Y%m%dT%H%M%S}"
    aside.mkdir()
    for path in found:
        folder = aside if path.parent == data else path.parent / aside.name
        folder.mkdir(exist_ok=True)
        path.rename(folder / path.name)
    return aside


def _contents(target: Installation) -> list[Path]:
    """Return what a restoration would overwrite or mix with."""
    data = target.settings.data_dir
    found = [path for path in sorted(data.iterdir()) if path.name not in STAYING and not _is_aside(path)]
    outside = [path.with_name(name) for path in target.databases for name in databases.files_of(path)]
    if target.media is not None:
        outside += [target.media / name for name in STORE_FOLDERS]
    return found + [path for path in outside if path.exists() and not path.is_relative_to(data)]


def _is_aside(path: Path) -> bool:
    return path.is_dir() and path.name.startswith("replaced-")


def _copy_files(backup: CheckedBackup, target: Installation) -> None:
    settings = target.settings
    for name in backup.manifest.files:
        path = Path(name)
        if path.parent == Path(SECRETS):
            (settings.data_dir / SECRETS).mkdir(mode=0o700, exist_ok=True)
            copy(backup.folder / path, settings.data_dir / path)
        elif name == JOURNAL:
            if not journal_path(settings).exists():
                journal_path(settings).parent.mkdir(parents=True, exist_ok=True)
                copy(backup.folder / path, journal_path(settings))
        elif path.parts[0] in COPIED_NAMES:
            (settings.data_dir / path.parent).mkdir(mode=0o700, exist_ok=True)
            copy(backup.folder / path, settings.data_dir / path)


def finish(settings: Settings) -> None:
    """Let servers start on the restored data folder."""
    data_folder.clear_restoring(settings.data_dir)
