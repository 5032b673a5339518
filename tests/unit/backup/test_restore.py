"""Restoring a backup: whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from scribedock.backup.contents import installation
from scribedock.backup.errors import BackupError
from scribedock.backup.restore import check_backup, restore_backup
from scribedock.db.tables import tasks
from scribedock.errors import ItemNotFound
from scribedock.host import data_folder
from scribedock.ordering.delete_account import delete_account
from scribedock.settings import Settings, SettingsError
from tests.support import commands
from tests.support.core_uploads import UploadClient
from tests.support.kept import Kept, nothing


@dataclass(frozen=True, kw_only=True)
class Saved:
    """An installation with a backup of it, and the job in it."""

    source: Kept
    job: str

    @property
    def folder(self) -> Path:
        return self.source.folder / "backup"

    @property
    def target(self) -> Path:
        return self.source.folder / "restored"

    def restore(self, *arguments: str, target: Path | None = None) -> Result:
        data = str(target or self.target)
        return commands.run("restore", str(self.folder), "--data-dir", data, *arguments)

    def restored(self) -> Kept:
        (self.source.folder / "link").mkdir()
        (self.source.folder / "link" / "data").symlink_to(self.target)
        return Kept(folder=self.source.folder / "link", opened=self.source.opened)

    def change_manifest(self, **changed: Any) -> None:
        path = self.folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))


@pytest.fixture
def saved(kept: Kept) -> Saved:
    job = kept.job(b"the bytes of a recording")
    kept.add_list(job, b'{"version": 1}')
    kept.back_up()
    return Saved(source=kept, job=job)


def test_everything_is_there_again(saved: Saved) -> None:
    key = saved.source.services.api_keys.newest(saved.source.admin, force_new=True)
    (saved.source.folder / "backup").rename(saved.source.folder / "earlier")
    saved.source.back_up()
    done = saved.restore()
    assert done.exit_code == 0, done.output
    restored = saved.restored()
    assert restored.recording(saved.job) == b"the bytes of a recording"
    job = restored.services.jobs.find_job(saved.job)
    [version] = restored.services.elementlists.versions(job.id)
    assert restored.services.elementlists.body(job.id, version.created) == b'{"version": 1}'
    assert restored.services.api_keys.newest(restored.admin, force_new=False) == key
    assert restored.services.fingerprints.differing() == []
    assert saved.target.stat().st_mode & 0o077 == 0
    called = [entry.call for entry in restored.services.audit.entries()]
    assert called == ["restore"]


def test_an_unfinished_upload_can_be_resumed_after_the_restoration(kept: Kept) -> None:
    job = kept.services.jobs.find_job(kept.job(None))
    client = UploadClient(kept, job)  # type: ignore[arg-type]
    client.create(20, b"the first ")
    kept.back_up()
    saved = Saved(source=kept, job=job.id)
    assert saved.restore().exit_code == 0
    restored = saved.restored()
    again = UploadClient(restored, job)  # type: ignore[arg-type]
    again.grant = client.grant
    assert again.offset() == 10
    again.append(b"is not all", 10, 20)
    assert restored.recording(job.id) == b"the first is not all"


def test_a_folder_without_a_manifest_is_no_complete_backup(saved: Saved) -> None:
    (saved.folder / "manifest.json").unlink()
    done = saved.restore()
    assert (done.exit_code, saved.target.exists()) == (2, False)
    assert "no complete backup" in done.output


def damage_database(saved: Saved) -> None:
    with (saved.folder / "scribedock.sqlite").open("r+b") as file:
        file.seek(5000)
        file.write(b"\x00\xff\x00\xff")


def lose_recording(saved: Saved) -> None:
    next((saved.folder / "media" / "objects").glob("*/*")).unlink()


def shorten_recording(saved: Saved) -> None:
    path = next((saved.folder / "media" / "objects").glob("*/*"))
    path.unlink()
    path.write_bytes(b"the bytes")


def lose_key(saved: Saved) -> None:
    (saved.folder / "secrets" / "encryption-key").unlink()


def leave_the_folder(saved: Saved) -> None:
    saved.change_manifest(files={"../elsewhere": {"bytes": 1, "sha256": ""}})


def tear_manifest(saved: Saved) -> None:
    path = saved.folder / "manifest.json"
    path.write_text(path.read_text()[:100])


@pytest.mark.parametrize(
    "spoil",
    [damage_database, lose_recording, shorten_recording, lose_key, leave_the_folder, tear_manifest],
    ids=lambda spoil: spoil.__name__,
)
def test_a_damaged_backup_is_refused_before_anything_is_written(saved: Saved, spoil: Any) -> None:
    spoil(saved)
    done = saved.restore()
    assert (done.exit_code, saved.target.exists()) == (2, False), done.output
    assert done.output.splitlines()[-1].startswith("scribedock: ")
    assert "damaged" in done.output or "cannot be read" in done.output


@pytest.mark.parametrize("newer", [{"format": 3}, {"revision": "of_tomorrow"}, {"workflow_format": 9999}])
def test_a_backup_of_a_newer_release_is_refused(saved: Saved, newer: dict[str, Any]) -> None:
    saved.change_manifest(version="99.0", **newer)
    done = saved.restore()
    assert (done.exit_code, saved.target.exists()) == (2, False)
    assert "99.0" in done.output


def test_a_data_folder_that_has_something_in_it_is_moved_aside_only_when_that_is_asked_for(
    saved: Saved,
) -> None:
    saved.target.mkdir(mode=0o700)
    (saved.target / "admin-password").write_text("of another server")
    (saved.target / "models").mkdir()
    done = saved.restore()
    assert done.exit_code == 2
    assert "--replace" in done.output
    assert (saved.target / "admin-password").read_text() == "of another server"
    done = saved.restore("--replace")
    assert done.exit_code == 0, done.output
    [aside] = saved.target.glob("replaced-*")
    assert (aside / "admin-password").read_text() == "of another server"
    assert (saved.target / "models").is_dir()
    assert saved.restored().recording(saved.job) == b"the bytes of a recording"


def test_a_damaged_database_is_replaced(saved: Saved) -> None:
    saved.target.mkdir(mode=0o700)
    (saved.target / "scribedock.sqlite").write_bytes(b"no database any more" * 1000)
    done = saved.restore("--replace")
    assert done.exit_code == 0, done.output
    assert saved.restored().recording(saved.job) == b"the bytes of a recording"


def test_an_interrupted_backup_is_refused(saved: Saved) -> None:
    def interrupt(title: str, done: int, of: int) -> None:
        if title == "database scribedock.sqlite":
            raise KeyboardInterrupt

    shutil.rmtree(saved.folder)
    with pytest.raises(KeyboardInterrupt):
        saved.source.back_up(report=interrupt)
    done = saved.restore()
    assert (done.exit_code, saved.target.exists()) == (2, False)
    assert "no complete backup" in done.output


def test_a_data_folder_that_a_server_works_on_is_never_replaced(saved: Saved) -> None:
    data = saved.source.folder / "data"
    done = saved.restore("--replace", target=data)  # its services are open
    assert done.exit_code == 2
    assert "stop it first" in done.output
    assert saved.source.recording(saved.job) == b"the bytes of a recording"


def test_no_server_starts_on_a_folder_whose_restoration_was_interrupted(saved: Saved) -> None:
    settings = Settings(data_dir=saved.target)
    target = installation(settings)
    checked = check_backup(saved.folder, target, nothing)
    data_folder.prepare(saved.target)

    def interrupt(title: str, done: int, of: int) -> None:
        if title == "databases":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_backup(checked, target, replace=False, clock=saved.source.clock, report=interrupt)
    with pytest.raises(SettingsError, match="restore --replace"):
        data_folder.enter(saved.target)
    assert saved.restore().exit_code == 2
    done = saved.restore("--replace")
    assert done.exit_code == 0, done.output
    data_folder.enter(saved.target)
    assert saved.restored().recording(saved.job) == b"the bytes of a recording"


def test_what_was_erased_since_the_backup_is_erased_again(saved: Saved) -> None:
    saved.source.delete(saved.job)
    journal = saved.source.folder / "data" / "erasures.jsonl"
    done = saved.restore("--erasures", str(journal))
    assert done.exit_code == 0, done.output
    assert "1 erasures since the backup were repeated" in done.output
    restored = saved.restored()
    with pytest.raises(ItemNotFound):
        restored.services.jobs.find_job(saved.job)
    assert list(restored.services.store.keys()) == []
    assert saved.job in (saved.target / "erasures.jsonl").read_text()  # for the next restoration


def test_an_account_that_was_deleted_since_the_backup_is_deleted_again(saved: Saved) -> None:
    source = saved.source
    maria = source.services.accounts.create("maria", "a password", parent="admin", email="m@example.org")
    source.services.jobs.update(saved.job, account_id=maria.id)
    with source.services.database.write() as connection:
        connection.execute(tasks.update().values(status="COMPLETE"))
    source.back_up("later")
    delete_account(source.services, maria)
    journal = str(source.folder / "data" / "erasures.jsonl")
    saved.folder.rename(source.folder / "earlier")
    (source.folder / "later").rename(saved.folder)
    done = saved.restore("--erasures", journal)
    assert done.exit_code == 0, done.output
    assert "2 erasures since the backup were repeated" in done.output
    found = saved.restored().services.accounts.by_id(maria.id)
    assert found is not None and found.deleted is not None and found.email == ""


def test_what_was_done_with_watched_folders_is_restored(saved: Saved) -> None:
    journal = saved.source.folder / "data" / "intake" / "of a folder"
    journal.parent.mkdir()
    journal.write_text("what was done")
    saved.folder.rename(saved.source.folder / "earlier")
    saved.source.back_up()
    assert saved.restore().exit_code == 0
    assert (saved.target / "intake" / "of a folder").read_text() == "what was done"


def test_the_journal_that_is_still_in_the_data_folder_is_replayed_unasked(saved: Saved) -> None:
    saved.source.delete(saved.job)
    saved.source.opened.close()  # the server has stopped
    data = saved.source.folder / "data"
    done = saved.restore("--replace", target=data)
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(data / "scribedock.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM jobs WHERE deleted IS NULL").fetchone() == (0,)


def test_it_is_said_where_nobody_knows_what_was_erased(saved: Saved) -> None:
    (saved.folder / "erasures.jsonl").unlink(missing_ok=True)
    assert "exist again" in saved.restore().output


def test_journals_can_be_replayed_later(saved: Saved) -> None:
    saved.source.delete(saved.job)
    assert saved.restore().exit_code == 0
    journal = str(saved.source.folder / "data" / "erasures.jsonl")
    for expected in ("1 of 1", "0 of 1"):
        done = commands.run("erasures", "replay", journal, "--data-dir", str(saved.target))
        assert done.exit_code == 0, done.output
        assert f"{expected} erasures were repeated" in done.output
    with pytest.raises(ItemNotFound):
        saved.restored().services.jobs.find_job(saved.job)


def test_keys_of_the_settings_that_are_not_the_databases_are_told(
    saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBEDOCK_ENCRYPTION_KEY", "A" * 43 + "=")
    done = saved.restore()
    assert done.exit_code == 0, done.output
    assert "No server starts yet" in done.output
    assert "the database was used with other keys" in done.output


def test_databases_of_other_names_are_refused(saved: Saved, tmp_path: Path) -> None:
    settings = Settings(data_dir=saved.target, database_url=f"sqlite:///{tmp_path}/other.sqlite")  # type: ignore[arg-type]
    with pytest.raises(BackupError, match="SCRIBEDOCK_DATABASE_URL"):
        check_backup(saved.folder, installation(settings), nothing)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_another_user_than_the_servers_is_refused(
    saved: Saved, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    uid = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: uid + 1)
    folder = str(saved.source.folder / "other") if command == "backup" else str(saved.folder)
    data = str(saved.source.folder / "data")
    done = commands.run(command, folder, "--data-dir", data)
    assert done.exit_code == 2
    assert "run this as that user" in done.output
    assert not (saved.source.folder / "other").exists()
