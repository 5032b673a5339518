"""Turns at hashing, and places to wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import pytest

from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.hashing import PasswordHashing
from scribedock.accounts.signing_in.passwords import MAX_CONCURRENT
from scribedock.accounts.signing_in.waiting_room import MAX_PER_CLIENT, MAX_PER_PEER, MAX_TOTAL, WaitingRoom
from scribedock.errors import InvalidQuery


def client(address: str, claimed: str = "") -> ClientAddress:
    return ClientAddress(address=address, is_evidence=not claimed, claimed=claimed)


def run(scenario: Callable[[PasswordHashing], Coroutine[Any, Any, None]]) -> None:
    hashing = PasswordHashing()
    try:
        asyncio.run(scenario(hashing))
    finally:
        hashing.close()


async def order_of(hashing: PasswordHashing, callers: list[tuple[str, ClientAddress]]) -> list[str]:
    """In which order they had their turns, which all wait while the slots are taken."""
    gate, done = threading.Event(), []
    busy = [asyncio.create_task(hashing.run(client("192.0.2.99"), gate.wait)) for _ in range(MAX_CONCURRENT)]
    await asyncio.sleep(0)
    waiting = []
    for name, one in callers:
        waiting.append(asyncio.create_task(hashing.run(one, lambda name=name: done.append(name))))
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*busy, *waiting)
    return done


def test_clients_take_turns() -> None:
    async def scenario(hashing: PasswordHashing) -> None:
        many = [(f"a{number}", client("192.0.2.1")) for number in range(20)]
        order = await order_of(hashing, [*many, ("b", client("192.0.2.2"))])
        assert order.index("b") <= MAX_CONCURRENT + 1
        assert len(order) == 21

    run(scenario)


def test_a_peer_that_claims_many_clients_gets_the_turn_of_one() -> None:
    async def scenario(hashing: PasswordHashing) -> None:
        liar = [(f"a{number}", client("192.0.2.1", f"198.51.100.{number}")) for number in range(20)]
        order = await order_of(hashing, [*liar, ("b", client("192.0.2.2"))])
        assert order.index("b") <= MAX_CONCURRENT + 1

    run(scenario)


def test_behind_an_untrusted_proxy_its_claimed_clients_take_turns() -> None:
    async def scenario(hashing: PasswordHashing) -> None:
        many = [(f"a{number}", client("192.0.2.1", "198.51.100.1")) for number in range(20)]
        order = await order_of(hashing, [*many, ("b", client("192.0.2.1", "198.51.100.2"))])
        assert order.index("b") <= MAX_CONCURRENT + 1

    run(scenario)


def test_no_more_run_at_once_than_there_are_slots_and_a_failure_frees_its_slot() -> None:
    async def scenario(hashing: PasswordHashing) -> None:
        lock, now, most = threading.Lock(), 0, 0

        def work() -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1
            raise ValueError

        tasks = [hashing.run(client(f"192.0.2.{number}"), work) for number in range(10)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, ValueError) for result in results)
        assert most == MAX_CONCURRENT
        assert await hashing.run(client("192.0.2.1"), lambda: 7) == 7

    run(scenario)


def test_a_client_that_stops_waiting_leaves_its_turn_to_the_next() -> None:
    async def scenario(hashing: PasswordHashing) -> None:
        gate = threading.Event()
        busy = [asyncio.create_task(hashing.run(client("a"), gate.wait)) for _ in range(MAX_CONCURRENT)]
        await asyncio.sleep(0)
        gone = [asyncio.create_task(hashing.run(client("b"), lambda: None)) for _ in range(3)]
        patient = asyncio.create_task(hashing.run(client("c"), lambda: "done"))
        await asyncio.sleep(0)
        for each in gone:
            each.cancel()
        gate.set()
        assert await asyncio.wait_for(patient, 10) == "done"
        await asyncio.gather(*busy)
        assert await asyncio.wait_for(hashing.run(client("b"), lambda: "again"), 10) == "again"

    run(scenario)


def refused(room: WaitingRoom, one: ClientAddress) -> bool:
    try:
        with room.place(one, "somebody"):
            return False
    except InvalidQuery as error:
        assert error.status == 429 and int(error.headers["Retry-After"]) > 0
        return True


def test_waiting_logins_are_limited_for_a_client_and_others_still_come_in() -> None:
    room = WaitingRoom()
    with ExitStack() as taken:
        for number in range(MAX_PER_CLIENT):
            assert taken.enter_context(room.place(client("192.0.2.1"), "maria")) == number
        assert refused(room, client("192.0.2.1"))
        assert not refused(room, client("192.0.2.2"))
    assert not refused(room, client("192.0.2.1"))


def test_a_peer_that_claims_many_clients_is_bounded_too() -> None:
    room = WaitingRoom()
    with ExitStack() as taken:
        for number in range(MAX_PER_PEER):
            taken.enter_context(room.place(client("192.0.2.1", str(number)), "maria"))
        assert refused(room, client("192.0.2.1", "another"))
        assert not refused(room, client("192.0.2.2"))


def test_when_all_places_are_taken_a_client_who_has_none_still_gets_one() -> None:
    room = WaitingRoom()
    with ExitStack() as taken:
        for number in range(MAX_TOTAL):
            taken.enter_context(room.place(client(f"192.0.2.{number % 100}"), "maria"))
        assert refused(room, client("192.0.2.1"))
        assert not refused(room, client("203.0.113.1"))
        for number in range(MAX_TOTAL):
            taken.enter_context(room.place(client(f"198.51.{number // 250}.{number % 250}"), "maria"))
        with pytest.raises(InvalidQuery):
            taken.enter_context(room.place(client("203.0.113.2"), "maria"))
