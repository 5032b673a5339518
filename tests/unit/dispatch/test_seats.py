from __future__ import annotations

import threading
from functools import partial

from scribedock.dispatch.seats import HALF_LIFE_S, FairSeats, working_for
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


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_branch_that_used_the_seats_least_is_next() -> None:
    clock = Clock()
    workers = Workers(FairSeats(range(2), now=clock))
    for name in ("a1", "a2", "a3", "a4", "b1", "b2", "b3"):
        workers.come(name)
    assert workers.seated == ["a1", "a2"]
    clock.seconds += 10
    workers.rise("a1", 3)
    workers.rise("a2", 4)
    assert workers.seated[2:] == ["b1", "b2"]  # a has used twenty seconds
    clock.seconds += 8
    workers.rise("b1", 5)
    assert workers.seated[4:] == ["b3"]  # b sixteen
    clock.seconds += 8
    workers.rise("b2", 6)
    assert workers.seated[5:] == ["a3"]
    for event in workers.leave.values():
        event.set()


def test_what_a_branch_used_long_ago_counts_for_little() -> None:
    clock = Clock()
    workers = Workers(FairSeats(range(1), now=clock))
    workers.come("a1")
    clock.seconds += 100
    workers.come("b1")
    workers.rise("a1", 2)
    clock.seconds += 4 * HALF_LIFE_S
    for name in ("b2", "a2"):
        workers.come(name)
    workers.rise("b1", 3)
    assert workers.seated[2:] == ["a2"]
    for event in workers.leave.values():
        event.set()


def test_branches_that_always_have_work_get_equal_shares() -> None:
    clock = Clock()
    workers = Workers(FairSeats(range(1), now=clock))
    for number in range(6):
        workers.come(f"a{number}")
        workers.come(f"b{number}")
    for done in range(11):
        clock.seconds += 3 if workers.seated[-1].startswith("a") else 1
        workers.rise(workers.seated[-1], done + 2)
    order = "".join(name[0] for name in workers.seated)
    assert order.startswith("abbbabbb")
    for event in workers.leave.values():
        event.set()


def test_a_branch_that_has_no_seat_gets_the_spare_one_while_all_are_taken() -> None:
    workers = Workers(FairSeats(range(2), spare=2))
    for name in ("a1", "a2", "a3", "b1", "b2"):
        workers.come(name)
    assert workers.seated == ["a1", "a2", "b1"]  # not a3, whose branch has seats, nor b2
    workers.rise("b1", 4)
    assert workers.seated[3:] == ["b2"]
    for event in workers.leave.values():
        event.set()


def test_the_spare_seat_is_left_alone_where_it_does_not_fit() -> None:
    fits = threading.Event()
    workers = Workers(FairSeats(range(1), spare=1, spare_fits=fits.is_set))
    for name in ("a1", "b1"):
        workers.come(name)
    assert workers.seated == ["a1"]
    fits.set()
    wait_for(lambda: workers.seated == ["a1", "b1"])
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
