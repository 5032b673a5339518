"""Threads that fetch what a call waits for: a slow server delays only the account that named it."""

from __future__ import annotations

import threading

from scribedock.children.crew import Crew

SEATS = 16
BRANCH_SEATS = 4
BRANCH_WAITING = 256


class FetchSeat:
    """The seat of a thread that fetches for as long as somebody waits for the result."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def is_wanted(self) -> bool:
        """Return whether the current fetch is to continue."""
        return not self._interrupted.is_set()

    def begin(self) -> None:
        """Begin a fetch: an earlier interruption is forgotten."""
        self._interrupted.clear()

    def interrupt(self) -> None:
        """Make the current fetch fail within about a second."""
        self._interrupted.set()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


def fetch_crew() -> Crew[FetchSeat]:
    return Crew(
        [FetchSeat() for _ in range(SEATS)],
        branch_seats=BRANCH_SEATS,
        branch_waiting=BRANCH_WAITING,
        name="fetch",
    )
