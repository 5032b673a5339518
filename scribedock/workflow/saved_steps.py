"""The steps of a workflow: each is saved before the next begins.

Which engine saves them, the workflow does not know: whoever runs it says so (`saved_by`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from scribedock.monitoring.spans import span

Result = TypeVar("Result")


class Steps(Protocol):
    """What runs the steps of a workflow and saves their results."""

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a step; after a crash, return its saved result instead."""
        ...

    def run_parallel(
        self, name: str, function: Callable[[Any], Any], items: Sequence[Any], *, threads: int
    ) -> list[Any]:
        """Run one step for each item, `threads` at once; each is saved as it ends."""
        ...

    def sleep(self, seconds: float) -> None:
        """Sleep; after a crash, only for the rest of the time."""
        ...


_STEPS: ContextVar[Steps] = ContextVar("steps")


@contextmanager
def saved_by(steps: Steps) -> Iterator[None]:
    """Have these run the steps of the workflow that runs meanwhile."""
    token = _STEPS.set(steps)
    try:
        yield
    finally:
        _STEPS.reset(token)


def step(name: str, function: Callable[..., Result], *arguments: Any) -> Result:
    """Run a step of the current workflow; after a crash, return its saved result instead."""
    with span(name):
        result: Result = _STEPS.get().run(name, function, *arguments)
    return result


def parallel_steps(
    name: str, function: Callable[[Any], Result], items: Sequence[Any], *, threads: int
) -> list[Result]:
    """Run one step for each item, `threads` at once; each is saved as it ends."""
    with span(name) as shown:
        shown.note(scribedock__items=len(items))
        return _STEPS.get().run_parallel(name, function, items, threads=threads)


def sleep(seconds: float) -> None:
    """Sleep in a workflow; after a crash, only for the rest of the time."""
    _STEPS.get().sleep(seconds)
