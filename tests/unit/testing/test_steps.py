"""Steps that are saved in memory behave as those of the engine."""

from __future__ import annotations

import pytest

from scribedock.testing import Crash, RecordedSteps
from scribedock.workflow.saved_steps import parallel_steps, saved_by, sleep, step


def test_after_a_crash_only_what_was_not_saved_runs_again() -> None:
    ran: list[str] = []

    def work(name: str) -> str:
        ran.append(name)
        return name.upper()

    def workflow() -> list[str]:
        first = step("first", work, "a")
        return [first, *parallel_steps("each", work, ["b", "c"], threads=2), step("last", work, "d")]

    steps = RecordedSteps(crash_after="first")
    with saved_by(steps), pytest.raises(Crash):
        workflow()
    steps.restart()
    with saved_by(steps):
        assert workflow() == ["A", "B", "C", "D"]
    assert ran == ["a", "b", "c", "d"]
    assert steps.names == ["first", "each", "each", "last"]


def test_a_workflow_whose_steps_have_changed_is_noticed() -> None:
    steps = RecordedSteps()
    with saved_by(steps):
        step("first", str)
        steps.restart()
        with pytest.raises(AssertionError, match="was 'first' and is 'other'"):
            step("other", str)


def test_sleeping_takes_no_time() -> None:
    steps = RecordedSteps()
    with saved_by(steps):
        sleep(3600)
    assert steps.slept_s == 3600
