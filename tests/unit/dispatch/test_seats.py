from __future__ import annotations

import threading
from functools import partial

from scribedock.dispatch.seats import FairSeats, working_for
from tests.support.waiting import wait_until

wait_for = partial(wait_until, pause_s=0.005)


class Workers:
    """Threads that take a seat, say so, and leave it on demand."""

    def __init__(self, seats: FairSeats) -> None:
        self.seats = seats
        self.seated: list[str] = []
        self.leave: dict[str, threading.Event] = {}
        self.waiting = 0

    def come(self, name: str) -> None:
        """A thread of the branch that the name begins with."""
        self.leave[name] = threading.Event()
        self.waiting += 1
        threading.Thread(target=self._sit, args=(name,), daemon=True).start()
        wait_for(lambda: len(self.seated) + self._queued() == self.waiting)

    def _queued(self) -> int:
        return sum(len(line) for line in self.seats._waiting.values())

    def _sit(self, name: str) -> None:
        with working_for(name[0]), self.seats.seat():
            self.seated.append(name)
            self.leave[name].wait(20)

    def rise(self, name: str, seated: int) -> None:
        """One leaves; waits until so many have been seated in all."""
        self.leave[name].set()
        wait_for(lambda: len(self.seated) >= seated)


def test_a_branch_that_has_no_seat_goes_before_one_that_has_some() -> None:
    workers = Workers(FairSeats(range(2)))
    for name in ("a1", "a2", "a3", "a4", "b1", "b2"):
        workers.come(name)
    assert workers.seated == ["a1", "a2"]
    workers.rise("a1", 3)
    assert workers.seated[2:] == ["b1"]
    workers.rise("a2", 4)
    assert workers.seated[3:] == ["a3"]
    workers.rise("b1", 5)
    assert workers.seated[4:] == ["b2"]
    for event in workers.leave.values():
        event.set()


def test_alone_a_branch_has_every_seat_and_the_one_left_last_is_taken_first() -> None:
    seats = FairSeats(range(2))
    with seats.seat() as first:
        with seats.seat() as second:
            assert (first, second) == (0, 1)
        with seats.seat() as again:
            assert again == 1
    with seats.seat() as last:
        assert last == 0
