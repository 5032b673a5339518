"""What of a data folder a backup has."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.backup.contents import CONTENTS, installation
from scribedock.backup.errors import BackupError
from scribedock.settings import Settings
from scribedock.workflow.eraser import FOLDERS


def test_of_every_name_in_the_data_folder_it_is_known_whether_a_backup_has_it() -> None:
    assert CONTENTS.keys() == FOLDERS.keys()


def test_looking_for_an_installation_creates_nothing(tmp_path: Path) -> None:
    found = installation(Settings(data_dir=tmp_path / "data"))
    assert found.media == tmp_path / "data" / "media"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"database_url": "postgresql://a@b/c"}, "PostgreSQL"),
        ({"storage_url": "s3://bucket/prefix"}, "object store"),
    ],
)
def test_what_has_tools_of_its_own_is_refused_with_where_to_read_on(
    tmp_path: Path, given: dict[str, str], named: str
) -> None:
    with pytest.raises(BackupError, match=f"{named}.*docs/backup.md"):
        installation(Settings(data_dir=tmp_path, **given))  # type: ignore[arg-type]
