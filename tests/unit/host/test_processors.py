"""How many processors may be used, by the files of Linux."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribedock.host.processors import processors

MACHINE = len(os.sched_getaffinity(0))


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "self" / "cgroup").write_text("0::/service/worker\n")
    return folder


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ({}, MACHINE),
        ({"service/worker": "max 100000"}, MACHINE),
        ({"service/worker": "100000 100000"}, 1),
        ({"service/worker": "max 100000", "service": "50000 100000"}, 1),
        ({"service/worker": "6400000 100000", "service": "100000 100000"}, 1),
        ({"service": "6400000 100000"}, min(64, MACHINE)),
        ({"": "150000 100000"}, min(2, MACHINE)),
    ],
)
def test_the_tightest_of_affinity_and_groups_decides(
    proc: Path, tmp_path: Path, quotas: dict[str, str], expected: int
) -> None:
    groups = tmp_path / "groups"
    for folder, quota in quotas.items():
        (groups / folder).mkdir(parents=True, exist_ok=True)
        (groups / folder / "cpu.max").write_text(quota + "\n")
    assert processors(proc, groups) == expected


def test_this_machine_grants_some() -> None:
    assert 1 <= processors() <= MACHINE
