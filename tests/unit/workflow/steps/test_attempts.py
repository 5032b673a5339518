from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from scribedock.speech.pool.failures import MachineAtFault, RecognitionFailed, RecognitionTimeout
from scribedock.workflow.steps import attempts
from scribedock.workflow.steps.attempts import AttemptedParts, Attempts, with_retries

STARVED = MachineAtFault("ended by SIGKILL")
SLOW = RecognitionTimeout("not done after 300 s of processor time")


class Deleted(Exception):
    pass


class Work:
    """Parts that fail as often as they are told to, and what was asked for."""

    def __init__(self, **failures: Sequence[RecognitionFailed]) -> None:
        self._failures = {name: list(each) for name, each in failures.items()}
        self.asked: list[tuple[str, bool]] = []
        self.steps: list[tuple[str, int]] = []

    def __call__(self, item: str, *, fresh: bool) -> str:
        self.asked.append((item, fresh))
        if self._failures.get(item):
            raise self._failures[item].pop(0)
        return item.upper()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work, str], AttemptedParts]:
    """Return the tries, without the engine that saves them, and without time in between."""
    monkeypatch.setattr(attempts, "WAITS_S", (0.0, 0.0, 0.0, 0.0))

    def run(work: Work, items: str) -> AttemptedParts:
        def steps(name: str, function: Callable[[str], Any], parts: Sequence[str], *, threads: int) -> Any:
            work.steps.append((name, len(parts)))
            return [function(part) for part in parts]

        monkeypatch.setattr(attempts, "parallel_steps", steps)
        trying = Attempts(name="recognize", task_id="", work=work, check_wanted=lambda: None, threads=1)
        return trying.run(list(items))

    return run


def test_failed_parts_are_retried_after_the_others_by_a_fresh_process(
    run: Callable[[Work, str], AttemptedParts],
) -> None:
    work = Work(a=[SLOW])
    assert run(work, "abc") == AttemptedParts(results=["A", "B", "C"], machine_exhausted=False)
    assert work.asked == [("a", False), ("b", False), ("c", False), ("a", True)]
    assert work.steps == [("recognize", 3), ("recognize again (1)", 1)]


def test_a_part_that_failed_twice_by_its_own_fault_is_given_up(
    run: Callable[[Work, str], AttemptedParts],
) -> None:
    work = Work(a=[SLOW] * 9)
    assert run(work, "ab").results == [None, "B"]
    assert [item for item, _ in work.asked] == ["a", "b", "a"]


def test_faults_of_the_machine_are_retried_more_often(run: Callable[[Work, str], AttemptedParts]) -> None:
    work = Work(a=[STARVED, STARVED, SLOW, STARVED])
    assert run(work, "ab").results == ["A", "B"]


def test_retries_end_eventually(run: Callable[[Work, str], AttemptedParts]) -> None:
    work = Work(a=[STARVED] * 9)
    assert run(work, "ab") == AttemptedParts(results=[None, "B"], machine_exhausted=False)
    assert len(work.asked) == 1 + 1 + len(attempts.WAITS_S)


def test_an_exhausted_machine_is_distinguished_from_unrecognizable_speech(
    run: Callable[[Work, str], AttemptedParts],
) -> None:
    assert run(Work(a=[STARVED] * 9, b=[STARVED] * 9), "ab").machine_exhausted
    assert not run(Work(a=[SLOW] * 9, b=[SLOW] * 9), "ab").machine_exhausted
    assert run(Work(), "") == AttemptedParts(results=[], machine_exhausted=False)


def test_the_machine_gets_time_to_recover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "WAITS_S", (0.0, 7.0))
    waits: list[float] = []
    monkeypatch.setattr(attempts, "pause", lambda seconds, check: waits.append(seconds))
    work = Work(a=[STARVED, STARVED])
    assert with_retries("finding speech", lambda: work("a", fresh=False), lambda: None) == "A"
    assert waits == [0.0, 7.0]


def test_failures_over_a_whole_recording_are_raised_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "WAITS_S", (0.0,))
    work = Work(a=[STARVED] * 9, b=[SLOW] * 9)
    with pytest.raises(MachineAtFault):
        with_retries("finding speech", lambda: work("a", fresh=False), lambda: None)
    with pytest.raises(RecognitionTimeout):
        with_retries("finding speech", lambda: work("b", fresh=False), lambda: None)
    assert len(work.asked) == 4


def test_the_tasks_of_a_deleted_job_are_dropped() -> None:
    def check() -> None:
        raise Deleted

    with pytest.raises(Deleted):
        attempts.pause(3600, check)
