"""`scribedock backup`, `restore` and `erasures replay`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import (
    DataDir,
    audited_for_operator,
    fail,
    load_settings,
    open_services,
    read_services,
    say,
)
from scribedock.cli.help import CommandGroup
from scribedock.cli.keeping.progress import Progress
from scribedock.settings import SettingsError

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.backup.backup import Backup
    from scribedock.backup.manifest import Manifest
    from scribedock.backup.restore import Restored
    from scribedock.ordering.replay_erasures import Replayed

erasures = typer.Typer(cls=CommandGroup, help="The erasure journal.", no_args_is_help=True)


def backup(
    folder: Annotated[Path, typer.Argument(help="Folder of the backup: an empty one, or one to be made.")],
    keep_recordings: Annotated[
        bool,
        typer.Option(
            "--keep-recordings",
            help="Leave the recordings in their bucket, which must keep versions or have a replica.",
        ),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Save everything of a running server: databases, recordings, keys."""
    from scribedock.backup.backup import make_backup
    from scribedock.backup.contents import check_owner, installation
    from scribedock.clock import SYSTEM_CLOCK
    from scribedock.host.data_folder import UMASK

    settings = load_settings(data_dir)
    with _explained():
        source = installation(settings)
        check_owner(settings.data_dir)
    os.umask(UMASK)
    with (
        closing(read_services(data_dir)) as services,
        audited_for_operator(services, "backup", str(folder)),
        _explained(),
    ):
        made = make_backup(
            source, folder, keeps_recordings=keep_recordings, clock=SYSTEM_CLOCK, report=Progress()
        )
    _tell_backup(made, folder)


def _tell_backup(made: Backup, folder: Path) -> None:
    saved = made.manifest
    size = f"{saved.objects:,} recordings ({saved.object_bytes:,} bytes)"
    if saved.kept_in is None:
        say(f"{saved.jobs:,} jobs and {size} are in {folder}")
    else:
        say(f"{saved.jobs:,} jobs are in {folder}; their {size} are in {saved.kept_in} alone")
    if made.linked:
        say(
            f"{made.linked:,} recordings share their bytes with the server's; copy the folder to another "
            "disk, or to another machine"
        )
    for name in made.left_out:
        say(f"Left out: {name}, which is not the server's")


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder of the backup.", exists=True, file_okay=False)],
    erasures: Annotated[
        list[Path] | None,
        typer.Option(
            help="An erasure journal that says what was erased since the backup; can be repeated.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Move aside what is in the data folder, and give up what is in the bucket alone; else there "
            "must be nothing.",
        ),
    ] = False,
    give_up_missing: Annotated[
        bool,
        typer.Option(
            "--give-up-missing", help="Restore although recordings that were left in a bucket are missing."
        ),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Restore a backup into an empty data folder, and erase again what was erased since."""
    from scribedock import app
    from scribedock.backup.contents import check_owner, installation
    from scribedock.backup.restore import check_backup, check_place, finish, known_erasures, restore_backup
    from scribedock.clock import SYSTEM_CLOCK
    from scribedock.host import data_folder
    from scribedock.ordering.replay_erasures import replay_erasures

    settings = load_settings(data_dir)
    report = Progress()
    with _explained():
        target = installation(settings)
        check_owner(settings.data_dir)
        checked = check_backup(folder, target, report)
        known, journals = known_erasures(checked, settings, erasures or ())
        check_place(checked, target, known, replace=replace, gives_up_missing=give_up_missing)
        data_folder.prepare(settings.data_dir)
        restored = restore_backup(checked, target, replace=replace, clock=SYSTEM_CLOCK, report=report)
        app.prepare_database(settings)
        with closing(app.build_services(settings)) as services:
            with audited_for_operator(services, "restore", str(folder)):
                replayed = replay_erasures(services, known)
            finish(settings)
            _tell_restored(checked.manifest, restored, services)
    _tell_replayed(replayed, journals)


def _tell_restored(saved: Manifest, restored: Restored, services: Services) -> None:
    say(
        f"Restored {saved.jobs:,} jobs and {saved.objects:,} recordings, "
        f"as of {saved.begun:%Y-%m-%d %H:%M:%S} UTC"
    )
    if restored.replaced is not None:
        say(
            f"What was there before is in {restored.replaced}; delete it when you are sure, because it also "
            "has what was erased"
        )
    try:
        services.fingerprints.check()
    except SettingsError as error:
        say(f"No server starts yet with these settings: {error}")


def _tell_replayed(replayed: Replayed, journals: Sequence[Path]) -> None:
    if not journals:
        say(
            "There was no erasure journal, so jobs that were deleted since the backup exist again: "
            "scribedock erasures replay erases them when you find one"
        )
        return
    say(f"{replayed.erased:,} erasures since the backup were repeated, from {', '.join(map(str, journals))}")


@erasures.command("replay")
def replay(
    files: Annotated[
        list[Path],
        typer.Argument(help="Erasure journals, of each server one.", exists=True, dir_okay=False),
    ],
    data_dir: DataDir = None,
) -> None:
    """Erase again, in a database that was restored, what journals say was erased since."""
    from scribedock.host.erasure_journal import JournalDamaged, read_journals
    from scribedock.ordering.replay_erasures import replay_erasures

    try:
        found = read_journals(files)
    except (OSError, JournalDamaged) as error:
        fail(f"the erasure journal cannot be read: {error}")
    with (
        closing(open_services(data_dir)) as services,
        audited_for_operator(services, "erasures replay", ", ".join(map(str, files))),
    ):
        replayed = replay_erasures(services, found)
    say(
        f"{replayed.erased:,} of {len(found):,} erasures were repeated; the others are of jobs that are not "
        "in the database"
    )


@contextmanager
def _explained() -> Iterator[None]:
    """End the command with one line where the machine or the backup is at fault."""
    import sqlite3

    from scribedock.backup.errors import BackupError

    try:
        yield
    except (BackupError, SettingsError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'the disk'}: {error.strerror or error}")
    except sqlite3.Error as error:
        fail(f"the database cannot be used: {error}")
