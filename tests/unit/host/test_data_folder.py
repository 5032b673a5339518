"""The data folder, and who may access it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from scribedock.host import data_folder
from scribedock.settings import SettingsError


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """That of most systems, and the tests' own again at the end."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def entered(folder: Path) -> list[Any]:
    """Return what was logged."""
    with capture_logs() as logged:
        data_folder.enter(folder)
    return logged


def test_a_new_folder_and_what_is_made_in_it_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "data"
    assert entered(folder) == []
    (folder / "file").touch()
    (folder / "below").mkdir()
    assert [mode(path) for path in (folder, folder / "file", folder / "below")] == [0o700, 0o600, 0o700]
    assert mode(folder.parent) == 0o755  # the operator's, not ours


def test_a_folder_open_to_others_is_made_private_once_and_its_parent_never(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o2755)
    [line] = entered(folder)
    assert (line["log_level"], line["was"], line["mode"]) == ("warning", "2755", "2700")
    assert mode(folder) == 0o2700
    assert entered(folder) == []
    assert mode(tmp_path) == 0o755


def test_a_shared_folder_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    [line] = entered(folder)
    assert line["log_level"] == "warning" and "of its own" in line["reason"]
    assert mode(folder) == 0o1777


def test_where_the_mode_cannot_be_changed_a_warning_is_enough() -> None:
    folder = Path("/proc/self")  # its file system takes no chmod, from root either
    [line] = entered(folder)
    assert line["log_level"] == "warning"
    assert line["reason"] == os.strerror(1)


def test_where_no_folder_can_be_made_the_setting_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    for folder in (blocked, blocked / "data"):
        with pytest.raises(SettingsError, match="SCRIBEDOCK_DATA_DIR: "):
            data_folder.enter(folder)
