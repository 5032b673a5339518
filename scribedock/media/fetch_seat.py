"""Threads that fetch what a call waits for: a stranger's server holds up nobody but who named it."""

from __future__ import annotations

from scribedock.children.crew import Crew

SEATS = 16
BRANCH_SEATS = 4
BRANCH_WAITING = 256


class FetchSeat:
    """A thread without anything of its own. A fetch that nobody waits for ends at its deadline."""

    def begin(self) -> None:
        """There is nothing to forget."""

    def interrupt(self) -> None:
        """A fetch ends at its deadline."""

    def close(self) -> None:
        """There is nothing to end."""


def fetch_crew() -> Crew[FetchSeat]:
    return Crew(
        [FetchSeat() for _ in range(SEATS)],
        branch_seats=BRANCH_SEATS,
        branch_waiting=BRANCH_WAITING,
        name="fetch",
    )
