"""What memory is left, by the files of Linux."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribedock.host.memory import available_bytes, resident_bytes

MIB = 1 << 20


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text("MemTotal:  4096000 kB\nMemAvailable:    2048000 kB\n")
    (folder / "self" / "cgroup").write_text("1:name=systemd:/old\n0::/service/worker\n")
    return folder


def group(folder: Path, limit: str, current: int, droppable: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(limit + "\n")
    (folder / "memory.current").write_text(f"{current}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {droppable}\n")


def test_without_limits_the_machine_decides(proc: Path, tmp_path: Path) -> None:
    group(tmp_path / "groups" / "service" / "worker", "max", 100)
    assert available_bytes(proc, tmp_path / "groups") == 2048000 * 1024


def test_the_tightest_group_above_decides_and_droppable_pages_count_as_free(
    proc: Path, tmp_path: Path
) -> None:
    groups = tmp_path / "groups"
    group(groups / "service" / "worker", str(900 * MIB), 100 * MIB)
    group(groups / "service", str(700 * MIB), 500 * MIB, droppable=50 * MIB)
    assert available_bytes(proc, groups) == 250 * MIB


def test_a_group_above_its_limit_leaves_nothing(proc: Path, tmp_path: Path) -> None:
    group(tmp_path / "groups" / "service", str(5 * MIB), 6 * MIB)
    assert available_bytes(proc, tmp_path / "groups") == 0


def test_this_machine_and_this_process_have_some() -> None:
    assert available_bytes() > 0
    assert resident_bytes(os.getpid()) > MIB


def test_a_process_that_is_gone_has_none(tmp_path: Path) -> None:
    assert resident_bytes(1, tmp_path) == 0
