"""What of a data folder a backup has."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.backup.backup import make_backup
from scribedock.backup.contents import CONTENTS, installation
from scribedock.backup.errors import BackupError
from scribedock.settings import Settings
from scribedock.testing import ManualClock
from scribedock.workflow.eraser import FOLDERS
from tests.support.kept import nothing


def test_of_every_name_in_the_data_folder_it_is_known_whether_a_backup_has_it() -> None:
    assert CONTENTS.keys() == FOLDERS.keys()


def test_looking_for_an_installation_creates_nothing(tmp_path: Path) -> None:
    found = installation(Settings(data_dir=tmp_path / "data"))
    assert found.media == tmp_path / "data" / "media"
    assert list(tmp_path.iterdir()) == []


def test_postgresql_has_tools_of_its_own_and_is_refused_with_where_to_read_on(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"PostgreSQL.*docs/backup\.md"):
        installation(Settings(data_dir=tmp_path, database_url="postgresql://a@b/c"))  # type: ignore[arg-type]


def test_recordings_may_be_in_a_bucket(tmp_path: Path) -> None:
    found = installation(Settings(data_dir=tmp_path, storage_url="s3://bucket/prefix"))
    assert (found.media, found.place) == (None, "s3://bucket/prefix")


def test_recordings_in_a_folder_cannot_be_left_out(tmp_path: Path) -> None:
    source = installation(Settings(data_dir=tmp_path))
    with pytest.raises(BackupError, match="keeps no versions"):
        make_backup(source, tmp_path / "backup", keeps_recordings=True, clock=ManualClock(), report=nothing)
