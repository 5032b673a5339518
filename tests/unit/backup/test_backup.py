"""A backup of an installation that others write to."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scribedock.backup import databases, manifest
from scribedock.backup.backup import make_backup, saved_file
from scribedock.backup.contents import installation
from scribedock.backup.errors import BackupError
from scribedock.db.migrate import newest_revision
from scribedock.keys.keys import KeyPurpose, key_file
from scribedock.settings import Settings
from scribedock.storage.file import FileStore
from scribedock.testing import ManualClock
from tests.support.core_uploads import UploadClient
from tests.support.kept import Kept, nothing


def once(*moments: tuple[str, Callable[[], object]]) -> Callable[[str, int, int], None]:
    """Return a report that does something the first time that a step is done."""
    waiting = dict(moments)

    def report(title: str, done: int, of: int) -> None:
        if done == of and title in waiting:
            waiting.pop(title)()

    return report


def test_it_has_databases_recordings_and_keys_for_the_owner_alone(kept: Kept) -> None:
    job = kept.job(b"the bytes of a recording")
    made = kept.back_up()
    folder = kept.folder / "backup"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (made.manifest.jobs, made.manifest.accounts, made.manifest.objects) == (1, 1, 1)
    assert made.manifest.object_bytes == len(b"the bytes of a recording")
    assert made.manifest.revision == newest_revision()
    assert manifest.read(folder) == made.manifest
    for name in ("scribedock.sqlite", "workflows.sqlite", "secrets/encryption-key", "secrets/upload-keys"):
        assert made.manifest.files[name] == saved_file(folder / name)
        assert stat.S_IMODE((folder / name).stat().st_mode) & 0o077 == 0
    secret = key_file(kept.settings, KeyPurpose.ENCRYPTION).read_text().strip()
    assert (folder / "secrets" / "encryption-key").read_text() == secret
    saved = FileStore(folder / "media").path(kept.key(job))
    assert saved.read_bytes() == b"the bytes of a recording"
    assert (made.linked, made.copied) == (1, 0)
    assert saved.stat().st_ino == kept.services.store.path(kept.key(job)).stat().st_ino  # type: ignore[attr-defined]


def test_keys_that_are_settings_are_saved_too(kept: Kept) -> None:
    text = (kept.folder / "data" / "secrets" / "encryption-key").read_text().strip()
    kept.given["encryption_key"] = text
    (kept.folder / "data" / "secrets" / "encryption-key").unlink()
    kept.back_up()
    assert (kept.folder / "backup" / "secrets" / "encryption-key").read_text() == text


def test_a_recording_is_copied_where_it_cannot_be_linked(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    job = kept.job(b"from another file system")

    def link(source: Path, target: Path, link: Callable[[Path, Path], None] = os.link) -> None:
        if "objects" in target.parts:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target)

    monkeypatch.setattr("os.link", link)
    made = kept.back_up()
    assert (made.linked, made.copied) == (0, 1)
    saved = FileStore(kept.folder / "backup" / "media").path(kept.key(job))
    assert saved.read_bytes() == b"from another file system"


def test_an_unfinished_upload_is_copied_because_it_is_still_written_to(kept: Kept) -> None:
    client = UploadClient(kept, kept.services.jobs.find_job(kept.job(None)))  # type: ignore[arg-type]
    client.create(20, b"the first ")
    made = kept.back_up()
    assert made.manifest.partials == 1
    client.append(b"is not all", 10, 20)
    [saved] = (kept.folder / "backup" / "media" / "partials").iterdir()
    assert saved.read_bytes() == b"the first "


def test_what_comes_while_the_databases_are_copied_is_saved_with_them(kept: Kept) -> None:
    jobs: list[str] = []
    kept.back_up(report=once(("database workflows.sqlite", lambda: jobs.append(kept.job(b"just in time")))))
    named = databases.named_files(kept.folder / "backup" / "scribedock.sqlite")
    assert named.objects == {kept.key(jobs[0]): len(b"just in time")}
    assert FileStore(kept.folder / "backup" / "media").size(kept.key(jobs[0])) == len(b"just in time")


def test_the_databases_are_copied_again_when_a_recording_that_they_name_is_gone(kept: Kept) -> None:
    jobs: list[str] = []
    report = once(
        ("database workflows.sqlite", lambda: jobs.append(kept.job(b"short-lived"))),
        ("database scribedock.sqlite", lambda: kept.delete(jobs[0])),
    )
    made = kept.back_up(report=report)
    assert len(jobs) == 1
    assert made.manifest.objects == 0
    assert databases.named_files(kept.folder / "backup" / "scribedock.sqlite").objects == {}


def test_a_recording_that_is_missing_for_good_is_no_reason_to_try_for_ever(kept: Kept) -> None:
    job = kept.job(b"lost")
    kept.services.store.delete(kept.key(job))
    with pytest.raises(BackupError, match="missing"):
        kept.back_up()
    with pytest.raises(BackupError, match=r"no complete backup.*manifest\.json"):
        manifest.read(kept.folder / "backup")


def test_what_is_deleted_while_it_is_saved_is_not_in_the_backup(kept: Kept) -> None:
    job, other = kept.job(b"deleted"), kept.job(b"kept")
    key = kept.key(job)
    made = kept.back_up(report=once(("recordings", lambda: kept.delete(job))))
    assert made.manifest.objects == 1
    assert list(FileStore(kept.folder / "backup" / "media").keys()) == [kept.key(other)]
    assert key not in (kept.folder / "backup").rglob("*")


def test_each_database_is_copied_in_one_state_while_others_write(tmp_path: Path) -> None:
    source = tmp_path / "source.sqlite"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE pairs (number INTEGER, filling TEXT)")
        connection.executemany("INSERT INTO pairs VALUES (?, ?)", ((0, "x" * 2000) for _ in range(9000)))
        connection.commit()
    stopping, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(source, timeout=30)) as connection:
            while not stopping.is_set():
                written += 1
                connection.execute("UPDATE pairs SET number = ? WHERE rowid % 100 = 1", (written,))
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    steps: list[int] = []
    try:
        databases.copy_database(source, tmp_path / "copy.sqlite", lambda done, of: steps.append(done))
    finally:
        stopping.set()
        writer.join()
    assert steps == sorted(steps) and len(steps) > 1, "it began again"
    assert written > 1
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        query = "SELECT count(DISTINCT number), count(*) FROM pairs WHERE rowid % 100 = 1"
        assert connection.execute(query).fetchone() == (1, 90)
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite"]


def test_a_folder_that_has_something_in_it_is_refused(kept: Kept) -> None:
    kept.back_up()
    before = (kept.folder / "backup" / manifest.FILE_NAME).read_bytes()
    with pytest.raises(BackupError, match="is not empty"):
        kept.back_up()
    assert (kept.folder / "backup" / manifest.FILE_NAME).read_bytes() == before


def test_where_there_was_no_server_there_is_nothing_to_save(tmp_path: Path) -> None:
    source = installation(Settings(data_dir=tmp_path / "data"))
    with pytest.raises(BackupError, match="nothing to save"):
        make_backup(source, tmp_path / "backup", clock=ManualClock(), report=nothing)


def test_what_is_not_the_servers_is_left_out_and_named(kept: Kept) -> None:
    (kept.folder / "data" / "my notes.txt").write_text("mine")
    (kept.folder / "data" / "models").mkdir()
    made = kept.back_up()
    assert made.left_out == ("my notes.txt",)
    assert not (kept.folder / "backup" / "my notes.txt").exists()
