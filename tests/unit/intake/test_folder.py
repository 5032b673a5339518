"""Which files of a folder are whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribedock.intake.folder import FoundFile, WatchedFolder, found_file, is_being_written
from scribedock.testing import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watched(tmp_path: Path, clock: ManualClock) -> WatchedFolder:
    return WatchedFolder(tmp_path, clock, settle_s=10, recursive=False)


def names(found: list[FoundFile]) -> list[str]:
    return [each.name for each in found]


def test_a_file_is_whole_once_it_has_not_changed_for_a_while(
    watched: WatchedFolder, clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"1")
    assert watched.look() == [] and not watched.is_settled()
    clock.advance(9)
    (tmp_path / "a.mp4").write_bytes(b"12")  # it grows
    assert watched.look() == []
    clock.advance(9)
    assert watched.look() == []
    clock.advance(1)
    assert names(watched.look()) == ["a.mp4"] and watched.is_settled()


def test_a_file_that_somebody_writes_is_left_alone(
    watched: WatchedFolder, clock: ManualClock, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    with path.open("wb") as writer:
        writer.write(b"half")
        writer.flush()
        assert is_being_written(path)
        watched.look()
        clock.advance(3600)
        assert watched.look() == []
    assert not is_being_written(path)
    assert names(watched.look()) == ["a.mp4"]


@pytest.mark.parametrize(
    "name", [".a.mp4", "a.mp4.part", "a.mp4.CRDOWNLOAD", "a.mp4~", "a.tmp", ".folder/a.mp4", "below/a.mp4"]
)
def test_unfinished_and_hidden_files_are_left_alone(
    watched: WatchedFolder, clock: ManualClock, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"1")
    watched.look()
    clock.advance(60)
    assert watched.look() == []


def test_what_is_no_file_with_bytes_is_left_alone(
    watched: WatchedFolder, clock: ManualClock, tmp_path: Path
) -> None:
    secret = tmp_path.parent / "secret.mp4"
    secret.write_bytes(b"1")
    (tmp_path / "link.mp4").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder.mp4").mkdir()
    watched.look()
    clock.advance(60)
    assert watched.look() == []


def test_folders_below_are_watched_where_that_is_asked_for(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "2026" / "may").mkdir(parents=True)
    (tmp_path / "2026" / "may" / "a.mp4").write_bytes(b"1")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "b.mp4").write_bytes(b"1")
    (tmp_path / "2026" / "loop").symlink_to(tmp_path)
    watched = WatchedFolder(tmp_path, clock, settle_s=0, recursive=True)
    assert names(watched.look()) == ["2026/may/a.mp4"]


def test_a_folder_that_is_gone_is_not_taken_for_an_empty_one(tmp_path: Path, clock: ManualClock) -> None:
    watched = WatchedFolder(tmp_path / "gone", clock, settle_s=0, recursive=False)
    with pytest.raises(FileNotFoundError):
        watched.look()


def test_a_file_that_changes_stands_for_another_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"1")
    os.utime(path, ns=(1, 1))
    first = found_file(path, tmp_path)
    os.utime(path, ns=(1, 2))
    second = found_file(path, tmp_path)
    assert first is not None and second is not None
    assert first.digest(tmp_path) != second.digest(tmp_path)
    assert first.digest(tmp_path) != first.digest(tmp_path / "other")
    assert "a.mp4" not in first.digest(tmp_path)
