from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.batch.step_files import StepFiles


def test_a_step_that_was_saved_does_not_run_again(tmp_path: Path) -> None:
    ran: list[int] = []

    def double(number: int) -> int:
        ran.append(number)
        return 2 * number

    first = StepFiles(tmp_path)
    assert first.run("one", double, 1) == 2
    assert first.run_parallel("each", double, [2, 3, 4], threads=2) == [4, 6, 8]
    again = StepFiles(tmp_path)
    assert again.run("one", double, 1) == 2
    assert again.run_parallel("each", double, [2, 3, 4], threads=2) == [4, 6, 8]
    assert sorted(ran) == [1, 2, 3, 4]


def test_a_file_that_was_not_written_wholly_counts_for_nothing(tmp_path: Path) -> None:
    StepFiles(tmp_path).run("one", str, 1)
    (saved,) = tmp_path.iterdir()
    saved.write_bytes(saved.read_bytes()[:-3])
    assert StepFiles(tmp_path).run("one", str, 2) == "2"
    saved.write_bytes(b"")
    assert StepFiles(tmp_path).run("one", str, 3) == "3"


def test_what_has_been_saved_beside_a_failed_step_stays(tmp_path: Path) -> None:
    def work(number: int) -> int:
        if number == 2:
            raise OSError("no")
        return number

    with pytest.raises(OSError, match="no"):
        StepFiles(tmp_path).run_parallel("each", work, [1, 2], threads=1)
    assert StepFiles(tmp_path).run_parallel("each", lambda number: -number, [1, 2], threads=1) == [1, -2]
