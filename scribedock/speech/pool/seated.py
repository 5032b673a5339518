"""The recognizer processes of a pool, each at a seat, and who gets which.

The spare seat's process is started only where the memory allows it. It works for customers who would
otherwise wait for the end of another's chunk, and at a higher priority than the others.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from scribedock.children.allowance import Allowance
from scribedock.children.niceness import Niceness
from scribedock.dispatch.seats import FairSeats
from scribedock.host.memory import available_bytes
from scribedock.speech.pool.failures import RecognitionFailed, failure_of
from scribedock.speech.pool.process import RecognizerChild
from scribedock.speech.recognizer import RecognizerSpec

LOADING_ALLOWANCE = Allowance(cpu_s=900)
ROOM = 2.0  # how many times the memory of a process must be available for the spare one to be started


class StartChild(Protocol):
    def __call__(self, spec: RecognizerSpec, niceness: Niceness) -> RecognizerChild: ...


class SeatedRecognizers:
    """At most so many children as there are seats, started when first needed, ended when long unused."""

    def __init__(
        self, spec: RecognizerSpec, *, seats: int, spare: bool, idle_s: float, start: StartChild
    ) -> None:
        """spare: whether there is a spare seat. idle_s: after so long an unused child is ended; 0: never."""
        self._spec = spec
        self._start = start
        self._idle_s = idle_s
        self._spare = seats
        # Last in, first out: a child that is loaded is used before another is started.
        self._seats = FairSeats(
            range(seats), spare=self._spare if spare else None, spare_fits=self._spare_fits
        )
        self._children: dict[int, RecognizerChild] = {}
        self._lent: set[int] = set()
        self._returned: dict[int, float] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        # A child's death signal comes when the thread that started it ends, so one thread that
        # lasts as long as the pool starts them all (prctl(2), PR_SET_PDEATHSIG).
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recognizer-starter")
        if idle_s:
            threading.Thread(target=self._end_unused, name="unused recognizers", daemon=True).start()

    @contextlib.contextmanager
    def lend(self, check_wanted: Callable[[], None], *, fresh: bool) -> Iterator[RecognizerChild]:
        """Lend a child that is ready, when it is the caller's turn; it is ended where the block raises.

        fresh: lend one that has done nothing before. Raises what the block raises, as `failure_of` has it.
        """
        with self._seats.seat(check_wanted) as seat:
            self._refuse_when_closed()
            with self._lock:
                self._lent.add(seat)
            try:
                if fresh:
                    self._end(seat)
                yield self._child(seat, check_wanted)
            except BaseException as error:
                self._end(seat)
                self._refuse_when_closed()
                raise failure_of(error) from None
            finally:
                with self._lock:
                    self._lent.discard(seat)
                    self._returned[seat] = time.monotonic()

    def close(self) -> None:
        """End the children at once. Current, waiting and later calls raise RecognitionFailed."""
        with self._lock:
            self._closed.set()
            children = list(self._children.values())
        for child in children:
            child.kill()
        self._starter.shutdown()

    def _child(self, seat: int, check_wanted: Callable[[], None]) -> RecognizerChild:
        """Return the child at the seat, ready; start one where there is none."""
        child = self._children.get(seat)
        if child is not None:
            return child
        niceness = Niceness.SPARE_RECOGNITION if seat == self._spare else Niceness.RECOGNITION
        with self._lock:
            self._refuse_when_closed()
            child = self._starter.submit(self._start, self._spec, niceness).result()
            self._children[seat] = child
        child.wait_until_ready(LOADING_ALLOWANCE, check_wanted)
        return child

    def _end(self, seat: int) -> None:
        with self._lock:
            child = self._children.pop(seat, None)
        if child is not None:
            child.kill()

    def _spare_fits(self) -> bool:
        """Return whether the spare child runs or memory is left for another like those that have worked."""
        if self._spare in self._children:
            return True
        if not self._returned:
            return False
        each = max((child.resident_bytes() for child in list(self._children.values())), default=0)
        return available_bytes() >= ROOM * each

    def _end_unused(self) -> None:
        while not self._closed.wait(self._idle_s / 4):
            before = time.monotonic() - self._idle_s
            with self._lock:
                unused = [
                    seat for seat in self._children.keys() - self._lent if self._returned[seat] <= before
                ]
                children = [self._children.pop(seat) for seat in unused]
            for child in children:
                child.kill()

    def _refuse_when_closed(self) -> None:
        if self._closed.is_set():
            raise RecognitionFailed("the recognizer pool is closed")
