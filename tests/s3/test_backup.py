"""A backup of SQLite's databases with the recordings in a bucket: copied, or left there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import Result

from scribedock import app
from scribedock.backup import manifest
from scribedock.errors import ItemNotFound
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.transfer import PART_BYTES
from tests.s3.conftest import place
from tests.s3.stored import paths
from tests.support import commands
from tests.support.kept import Kept

pytestmark = pytest.mark.s3

RECORDING = bytes(range(256)) * (PART_BYTES // 256) + b"and a second part"


@pytest.fixture
def kept(store_url: str, tmp_path: Path) -> Iterator[Kept]:
    with ExitStack() as opened:
        made = Kept(folder=tmp_path, opened=opened, given={"storage_url": store_url})
        app.prepare(made.settings)
        made.services.accounts.create("admin", "a password", parent=None)
        made.services.fingerprints.learn()
        yield made


@pytest.fixture
def backup(kept: Kept) -> Path:
    return kept.folder / "backup"


def run(kept: Kept, *arguments: str, url: str | None = None) -> Result:
    environment = {"SCRIBEDOCK_STORAGE_URL": url or str(kept.given["storage_url"])}
    return commands.run(*arguments, **environment)


def back_up(kept: Kept, backup: Path, *arguments: str) -> None:
    done = run(kept, "backup", str(backup), "--data-dir", str(kept.settings.data_dir), *arguments)
    assert done.exit_code == 0, done.output


def restore(kept: Kept, backup: Path, *arguments: str, url: str | None = None) -> Result:
    target = str(kept.folder / "restored" / "data")
    return run(kept, "restore", str(backup), "--data-dir", target, *arguments, url=url)


def restored(kept: Kept, **given: object) -> Kept:
    found = {} if given else kept.given
    return Kept(folder=kept.folder / "restored", opened=kept.opened, given={**found, **given})


def test_recordings_are_copied_and_restored_into_another_bucket(kept: Kept, backup: Path) -> None:
    job, elsewhere = kept.job(RECORDING), place()
    back_up(kept, backup)
    saved = manifest.read(backup)
    assert (saved.objects, saved.object_bytes, saved.kept_in) == (1, len(RECORDING), None)
    kept.delete(job)
    done = restore(kept, backup, url=elsewhere)
    assert done.exit_code == 0, done.output
    again = restored(kept, storage_url=elsewhere)
    assert again.recording(job) == RECORDING
    again.delete(job)
    assert list(again.services.store.keys()) == []


def test_recordings_of_a_bucket_are_restored_into_a_folder(kept: Kept, backup: Path) -> None:
    job = kept.job(b"short")
    back_up(kept, backup)
    folder = kept.folder / "folder"
    done = restore(kept, backup, url=folder.as_uri())
    assert done.exit_code == 0, done.output
    assert restored(kept, storage_url=folder.as_uri()).recording(job) == b"short"


def test_recordings_are_left_in_the_bucket_and_found_there_again(
    kept: Kept, backup: Path, bucket: Bucket
) -> None:
    job = kept.job(RECORDING)
    before = paths(bucket)
    back_up(kept, backup, "--keep-recordings")
    assert manifest.read(backup).kept_in == kept.given["storage_url"]
    assert not list((backup / "media").rglob("*.*"))
    done = restore(kept, backup)
    assert done.exit_code == 0, done.output
    assert restored(kept).recording(job) == RECORDING
    assert paths(bucket) == before


def test_what_was_erased_since_is_erased_again_and_nobody_misses_its_recording(
    kept: Kept, backup: Path
) -> None:
    erased, job = kept.job(b"to be erased"), kept.job(b"to be kept")
    back_up(kept, backup, "--keep-recordings")
    kept.delete(erased)
    journal = kept.settings.data_dir / "erasures.jsonl"
    done = restore(kept, backup, "--erasures", str(journal))
    assert done.exit_code == 0, done.output
    assert "1 erasures since the backup were repeated" in done.output
    again = restored(kept)
    assert again.recording(job) == b"to be kept"
    with pytest.raises(ItemNotFound):
        again.services.jobs.find_job(erased)


def test_a_recording_that_the_bucket_has_lost_is_told_before_anything_is_restored(
    kept: Kept, backup: Path, bucket: Bucket
) -> None:
    lost, job = kept.job(b"lost"), kept.job(b"there")
    back_up(kept, backup, "--keep-recordings")
    bucket.delete([path for path in paths(bucket, "objects") if kept.key(lost) in path])
    done = restore(kept, backup)
    assert done.exit_code == 2
    assert f"1 recordings of the backup are not in {kept.given['storage_url']} any more" in done.output
    assert not (kept.folder / "restored" / "data" / "scribedock.sqlite").exists()
    assert restore(kept, backup, "--give-up-missing").exit_code == 0
    assert restored(kept).recording(job) == b"there"


@pytest.mark.parametrize("keeps", [(), ("--keep-recordings",)])
def test_a_bucket_that_has_other_recordings_is_left_alone_unless_they_are_given_up(
    kept: Kept, backup: Path, keeps: tuple[str, ...]
) -> None:
    """As when a restoration is practised beside the server that the backup is of."""
    job = kept.job(b"in the backup")
    back_up(kept, backup, *keeps)
    kept.job(b"after the backup")
    done = restore(kept, backup)
    assert done.exit_code == 2
    assert "1 recordings" in done.output and "are not in the backup" in done.output
    assert restore(kept, backup, "--replace").exit_code == 0
    assert restored(kept).recording(job) == b"in the backup"


def test_a_backup_without_recordings_cannot_be_restored_into_a_folder(kept: Kept, backup: Path) -> None:
    kept.job(b"in the bucket")
    back_up(kept, backup, "--keep-recordings")
    done = restore(kept, backup, url=(kept.folder / "folder").as_uri())
    assert done.exit_code == 2
    assert f"are in {kept.given['storage_url']} alone" in done.output


def test_an_unfinished_upload_begins_anew_and_its_job_is_there(kept: Kept, backup: Path) -> None:
    job = kept.job(None)
    partial = kept.services.store.begin()
    partial.write(memoryview(b"the first half"))
    partial.suspend()
    back_up(kept, backup)
    assert restore(kept, backup, url=place()).exit_code == 0
    assert restored(kept, storage_url=place()).services.jobs.find_job(job).id == job
