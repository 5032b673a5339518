"""A seat of a crew that has a child process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeVar

import structlog

from scribedock.children.crew import WorkAbandoned
from scribedock.children.patience import ChildSlow
from scribedock.children.process import ChildEnded, ChildProcess

log = structlog.get_logger("scribedock.children")

T = TypeVar("T")


class ChildSeat:
    """A seat with a child process, started when there is work and replaced when it has ended."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._child: ChildProcess | None = None
        self._interrupted = False

    def begin(self) -> None:
        self._interrupted = False

    def interrupt(self) -> None:
        self._interrupted = True
        child = self._child
        if child is not None:
            child.interrupt()

    def close(self) -> None:
        """End the child; the next work starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def exchange(self, talk: Callable[[ChildProcess], T]) -> T:
        """Return the result of `talk` with the child; try once more with another child where it ends.

        The first child may have died of earlier work, or of something that the machine did to it. Raises
        ChildEnded, ChildSlow, and WorkAbandoned where the seat is interrupted.
        """
        try:
            return self._once(talk)
        except ChildEnded as error:
            if error.code == -signal.SIGXCPU:  # its own fault
                raise
            log.warning("a child process ended; another is started", module=self._module)
            return self._once(talk)

    def _once(self, talk: Callable[[ChildProcess], T]) -> T:
        self._check()
        if self._child is None:
            self._child = ChildProcess(self._module)
        try:
            self._check()  # again, for an interruption that saw no child
            return talk(self._child)
        except (ChildEnded, ChildSlow):
            self.close()
            self._check()
            raise

    def _check(self) -> None:
        if self._interrupted:
            raise WorkAbandoned
