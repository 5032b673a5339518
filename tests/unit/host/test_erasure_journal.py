"""The file that says what was erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scribedock.errors import SystemFault
from scribedock.host.erasure_journal import (
    ErasedPart,
    Erasure,
    ErasureJournal,
    JournalDamaged,
    read_journals,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def erasure(number: int) -> Erasure:
    return Erasure(at=NOON + timedelta(hours=number), part=ErasedPart.JOB, id=f"{number:032x}")


def noted(path: Path, *numbers: int) -> ErasureJournal:
    journal = ErasureJournal(path)
    for number in numbers:
        journal.note(erasure(number))
    return journal


def test_erasures_of_several_journals_are_read_in_order_and_once(tmp_path: Path) -> None:
    noted(tmp_path / "a", 3, 1)
    noted(tmp_path / "b", 2, 1)
    found = read_journals([tmp_path / "a", tmp_path / "b"])
    assert found == [erasure(1), erasure(2), erasure(3)]
    assert read_journals([tmp_path / "a"], since=erasure(2).at) == [erasure(3)]


def test_the_journal_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    noted(tmp_path / "new" / "a", 1)
    assert (tmp_path / "new" / "a").stat().st_mode & 0o077 == 0


def test_a_line_that_a_power_cut_has_torn_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a"
    noted(path, 1, 2)
    path.write_bytes(path.read_bytes()[:-30])
    assert read_journals([path]) == [erasure(1)]
    noted(path, 3)
    assert read_journals([path]) == [erasure(1), erasure(3)]


@pytest.mark.parametrize(
    "line",
    [
        "no journal",
        '{"at": "2026-05-01", "erased": "job"}',
        '{"at": "2026-05-01", "erased": "job", "id": "../x"}',
        '{"at": "soon", "erased": "job", "id": "00000000000000000000000000000001"}',
        '{"at": "2026-05-01", "erased": "all", "id": "00000000000000000000000000000001"}',
        "[]",
    ],
)
def test_a_line_that_is_no_erasure_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a"
    noted(path, 1)
    path.write_text(path.read_text() + line + "\n")
    noted(path, 2)
    with pytest.raises(JournalDamaged, match="line 2"):
        read_journals([path])


def test_what_cannot_be_written_down_is_not_erased(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(SystemFault) as raised:
        noted(tmp_path / "a", 1)
    assert raised.value.status == 503
