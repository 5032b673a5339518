"""The steps of a workflow, saved in memory."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any


class Crash(BaseException):
    """The process dies here."""


class RecordedSteps:
    """Saves the results of steps as an engine does, and gives them back when the workflow runs again.

    `crash_after` names the step after which the process dies, once. `names` has the steps that ran, in order;
    those whose saved result was given back are not among them.
    """

    def __init__(self, *, crash_after: str = "") -> None:
        self.crash_after = crash_after
        self.names: list[str] = []
        self.slept_s = 0.0
        self._saved: dict[int, tuple[str, bytes]] = {}
        self._next = 0

    def restart(self) -> None:
        """Begin the workflow from its first step again, as after a crash."""
        self._next = 0

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        number, self._next = self._next, self._next + 1
        if number in self._saved:
            saved_name, saved = self._saved[number]
            if saved_name != name:
                raise AssertionError(f"step {number} was {saved_name!r} and is {name!r} now")
            return pickle.loads(saved)  # noqa: S301 - written below
        self.names.append(name)
        result = function(*arguments)
        self._saved[number] = (name, pickle.dumps(result))
        if name == self.crash_after:
            self.crash_after = ""
            raise Crash
        return pickle.loads(self._saved[number][1])  # noqa: S301 - written above

    def run_parallel(
        self, name: str, function: Callable[[Any], Any], items: Sequence[Any], *, threads: int
    ) -> list[Any]:
        return [self.run(name, function, item) for item in items]

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
