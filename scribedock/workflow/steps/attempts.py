"""Work on parts of a recording, retried where it failed.

Failed parts are tried again after all others, by a fresh process. A part that failed twice by its own fault
is given up, one that failed by the machine's (no memory, no processor, a process that was ended) only after
more tries, with time in between for the machine to recover.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypedDict, TypeVar

import structlog

from scribedock import metrics
from scribedock.children.allowance import POLL_S
from scribedock.speech.pool.failures import MachineAtFault, RecognitionFailed
from scribedock.workflow.saved_steps import parallel_steps

log = structlog.get_logger("scribedock.worker")

MAX_TRIES = 2
"""The tries of a part that fails by its own fault."""
WAITS_S = (0.0, 5.0, 30.0, 120.0)
"""The seconds before each further try of a part that failed by the machine's fault."""

Item = TypeVar("Item")
Part = TypeVar("Part", contravariant=True)
Result = TypeVar("Result")


class MachineExhausted(Exception):
    """Nothing of the work could be done, for reasons that lie in this machine only."""


@dataclass(frozen=True, kw_only=True)
class AttemptedParts:
    """The results of the parts, in order."""

    # None for a part that was given up.
    results: list[Any]
    # Whether all of at least one part were given up by the machine's fault.
    machine_exhausted: bool


class Attempted(TypedDict):
    """What is saved of an attempt: a result (any value that can be saved), or why there is none."""

    result: Any
    failed: bool
    machine_at_fault: bool


class PartFunction(Protocol[Part]):
    """Does the work on a part; `fresh` asks for a process that has done nothing before."""

    def __call__(self, item: Part, /, *, fresh: bool) -> object: ...


@dataclass(frozen=True, kw_only=True)
class Attempts(Generic[Item]):
    """How the parts are worked on: each as a step of a workflow, `threads` at once."""

    name: str  # of the steps
    task_id: str
    work: PartFunction[Item]  # raises RecognitionFailed
    check_wanted: Callable[[], None]  # raises where the result is no longer wanted
    threads: int

    def run(self, items: Sequence[Item]) -> AttemptedParts:
        results: list[Any] = [None] * len(items)
        faults = [0] * len(items)
        waiting = list(range(len(items)))
        of_machine: set[int] = set()
        for number in range(len(WAITS_S) + 1):
            if not waiting:
                break
            wait_s = WAITS_S[number - 1] if number and of_machine.issuperset(waiting) else 0.0
            name = self.name if not number else f"{self.name} again ({number})"
            tried: list[Attempted] = parallel_steps(
                name, self._step(number, wait_s), [items[place] for place in waiting], threads=self.threads
            )
            of_machine = set()
            again = []
            for place, attempted in zip(waiting, tried, strict=True):
                if not attempted["failed"]:
                    results[place] = attempted["result"]
                    continue
                if attempted["machine_at_fault"]:
                    of_machine.add(place)
                else:
                    faults[place] += 1
                if faults[place] < MAX_TRIES:
                    again.append(place)
            waiting = again
        return AttemptedParts(results=results, machine_exhausted=0 < len(items) == len(of_machine))

    def _step(self, number: int, wait_s: float) -> Callable[[Item], Attempted]:
        def step(item: Item) -> Attempted:
            pause(wait_s, self.check_wanted)
            self.check_wanted()
            try:
                result = self.work(item, fresh=number > 0)
            except RecognitionFailed as error:
                log.warning(f"{self.name} failed", task=self.task_id, attempt=number + 1, reason=str(error))
                at_fault = isinstance(error, MachineAtFault)
                metrics.CHUNK_RETRIES.labels("machine" if at_fault else "recording").inc()
                return {"result": None, "failed": True, "machine_at_fault": at_fault}
            return {"result": result, "failed": False, "machine_at_fault": False}

        return step


def with_retries(name: str, work: Callable[[], Result], check_wanted: Callable[[], None]) -> Result:
    """Return the result of work on a whole recording, within one step; tried again as its parts are.

    Raises what the last try raised.
    """
    faults = 0
    for wait_s in (*WAITS_S, None):
        try:
            return work()
        except RecognitionFailed as error:
            log.warning(f"{name} failed", reason=str(error))
            of_machine = isinstance(error, MachineAtFault)
            faults += not of_machine
            if faults == MAX_TRIES or wait_s is None:
                raise
            pause(wait_s if of_machine else 0.0, check_wanted)
    raise AssertionError("the last try returns or raises")


def pause(seconds: float, check_wanted: Callable[[], None]) -> None:
    """Wait, and check about once a second whether the result is still wanted."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, POLL_S))
        check_wanted()
