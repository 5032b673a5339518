"""Which recognizer process a caller gets, and when one is started or ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from scribedock.children.allowance import Allowance
from scribedock.children.niceness import Niceness
from scribedock.dispatch.seats import working_for
from scribedock.host.memory import available_bytes
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import always
from scribedock.speech.pool.seated import SeatedRecognizers
from scribedock.speech.recognizer import RecognizerSpec
from tests.support.waiting import wait_until

wait_for = partial(wait_until, pause_s=0.005)


class Child:
    def __init__(self, niceness: Niceness, resident: int) -> None:
        self.niceness = niceness
        self.resident = resident
        self.ended = False

    def wait_until_ready(self, allowance: Allowance, check_wanted: Callable[[], None]) -> None:
        assert not self.ended

    def request(
        self, request: Mapping[str, object], allowance: Allowance, check_wanted: Callable[[], None]
    ) -> dict[str, Any]:
        raise NotImplementedError

    def resident_bytes(self) -> int:
        return self.resident

    def kill(self) -> None:
        self.ended = True


class Pool:
    """Recognizers of one ordinary and one spare seat, and threads that borrow them."""

    def __init__(self, *, idle_s: float = 0, resident: int = 0, spare: bool = True) -> None:
        self.started: list[Child] = []
        self.lent: list[Child] = []
        self._resident = resident
        self._done = threading.Event()
        self.recognizers = SeatedRecognizers(
            RecognizerSpec(engine="scripted"), seats=1, spare=spare, idle_s=idle_s, start=self._start
        )

    def _start(self, spec: RecognizerSpec, niceness: Niceness) -> Child:
        child = Child(niceness, self._resident)
        self.started.append(child)
        return child

    def borrow(self, branch: str) -> threading.Thread:
        """Keep a recognizer until `give_back`."""
        thread = threading.Thread(target=self._borrow, args=(branch,), daemon=True)
        thread.start()
        return thread

    def _borrow(self, branch: str) -> None:
        with working_for(branch), self.recognizers.lend(always, fresh=False) as child:
            assert isinstance(child, Child)
            self.lent.append(child)
            self._done.wait(20)

    def warm_up(self) -> None:
        with self.recognizers.lend(always, fresh=False):
            pass

    def give_back(self) -> None:
        self._done.set()


def test_a_customer_who_has_none_gets_the_spare_recognizer_which_has_priority() -> None:
    pool = Pool()
    pool.warm_up()
    pool.borrow("a")
    wait_for(lambda: len(pool.lent) == 1)
    pool.borrow("a")
    pool.borrow("b")
    wait_for(lambda: len(pool.lent) == 2)
    assert [child.niceness for child in pool.lent] == [Niceness.RECOGNITION, Niceness.SPARE_RECOGNITION]
    pool.give_back()
    wait_for(lambda: len(pool.lent) == 3)
    assert len(pool.started) == 2
    pool.recognizers.close()


def test_the_spare_recognizer_is_not_started_where_the_memory_is_short() -> None:
    pool = Pool(resident=available_bytes())
    pool.warm_up()
    first, second = pool.borrow("a"), pool.borrow("b")
    wait_for(lambda: len(pool.lent) == 1)
    pool.give_back()
    for thread in (first, second):
        thread.join(20)
    assert len(pool.lent) == 2
    assert len(pool.started) == 1
    pool.recognizers.close()


def test_a_recognizer_that_nobody_uses_is_ended_and_started_again_when_needed() -> None:
    pool = Pool(idle_s=0.02)
    pool.give_back()
    pool.borrow("a").join(20)
    wait_for(lambda: pool.started[0].ended)
    pool.borrow("a").join(20)
    assert len(pool.started) == 2
    pool.recognizers.close()


def test_a_recognizer_at_work_is_not_unused_however_long_it_takes() -> None:
    pool = Pool(idle_s=0.01)
    working = pool.borrow("a")
    wait_for(lambda: len(pool.lent) == 1)
    threading.Event().wait(0.1)
    assert not pool.started[0].ended
    pool.give_back()
    working.join(20)
    pool.recognizers.close()


def test_after_the_end_nothing_is_lent() -> None:
    pool = Pool()
    pool.recognizers.close()
    with pytest.raises(RecognitionFailed, match="closed"), pool.recognizers.lend(always, fresh=False):
        pass
    assert pool.started == []
