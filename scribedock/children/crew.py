"""A few threads that work for many accounts in turn, each with a seat of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from scribedock.children.turns import Turns


class Seat(Protocol):
    """What a thread works with: a child process, or nothing."""

    def begin(self) -> None:
        """Begin a piece of work: an earlier interruption is forgotten."""

    def interrupt(self) -> None:
        """Make the current work fail soon. Callable from any thread, even when there is none."""

    def close(self) -> None:
        """Release what the seat holds. Called by the seat's own thread after its last work."""


S = TypeVar("S", bound=Seat)
T = TypeVar("T")


class WorkAbandoned(Exception):
    """Nobody waits for the work any more."""


def _nowhere() -> None:
    """Return no home: the work is equally fast on every seat."""


class Ticket(Generic[T]):
    """Submitted work, whose future has the result."""

    def __init__(
        self, crew: Crew[Any], branch: str, work: Callable[[Any], T], home: Callable[[], object]
    ) -> None:
        self.future: Future[T] = Future()
        self.branch = branch
        self.home = home  # tells which seat does it fastest, if any
        self._crew = crew
        self._work = work

    def abandon(self) -> None:
        """Give up the work: it is not begun, or its seat is interrupted, and the future gets an error."""
        self._crew.abandon(self)

    def run(self, seat: Any) -> None:
        try:
            result = self._work(seat)
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Crew(Generic[S]):
    """A pool of threads with one seat each, started by the first work. Callable from any thread.

    branch_seats: how many seats work for one branch at once; branch_waiting: how much of its work may wait.
    """

    def __init__(self, seats: Sequence[S], *, branch_seats: int, branch_waiting: int, name: str) -> None:
        self.seats = tuple(seats)
        self._turns: Turns[Ticket[Any]] = Turns(running=branch_seats, waiting=branch_waiting)
        self._name = name
        self._at_work: dict[int, Ticket[Any]] = {}  # by the number of the seat
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._closed = False

    def submit(
        self, branch: str, work: Callable[[S], T], *, home: Callable[[], S | None] = _nowhere
    ) -> Ticket[T]:
        """Queue work for the branch's turn; the seat given by `home` does it if that one is idle then.

        Raises SystemFault (503) when too much of the branch's work waits already.
        """
        ticket: Ticket[T] = Ticket(self, branch, work, home)
        with self._changed:
            if self._closed:
                ticket.future.set_exception(WorkAbandoned())
                return ticket
            self._turns.add(branch, ticket)
            if not self._threads:
                self._start()
            self._changed.notify_all()
        return ticket

    def abandon(self, ticket: Ticket[Any]) -> None:
        with self._changed:
            if self._turns.remove(ticket.branch, ticket):
                ticket.future.set_exception(WorkAbandoned())
                return
            for number, each in self._at_work.items():
                if each is ticket:
                    self.seats[number].interrupt()

    def close(self) -> None:
        """Interrupt work in progress, fail what waits, and join the threads."""
        with self._changed:
            self._closed = True
            for ticket in self._turns.drain():
                ticket.future.set_exception(WorkAbandoned())
            for number in self._at_work:
                self.seats[number].interrupt()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        for number in range(len(self.seats)):
            thread = threading.Thread(
                target=self._serve, args=(number,), name=f"{self._name}-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, number: int) -> None:
        seat = self.seats[number]
        while (ticket := self._next(number)) is not None:
            ticket.run(seat)
            with self._changed:
                del self._at_work[number]
                self._turns.done(ticket.branch)
                self._changed.notify_all()
        seat.close()

    def _next(self, number: int) -> Ticket[Any] | None:
        """Return the next work of this seat; None when the crew closes."""
        with self._changed:
            while not self._closed:
                taken = self._turns.take(lambda ticket: self._suits(ticket, number))
                if taken is not None:
                    self._at_work[number] = taken[1]
                    self.seats[number].begin()
                    return taken[1]
                self._changed.wait()
            return None

    def _suits(self, ticket: Ticket[Any], number: int) -> bool:
        home = ticket.home()
        if home is None or home is self.seats[number]:
            return True
        return any(self.seats[place] is home for place in self._at_work)
