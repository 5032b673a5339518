"""The store that unit tests use does what a store must do."""

from __future__ import annotations

import errno

import pytest

from scribedock.storage.store import StoreUnavailable
from scribedock.testing import InMemoryStore
from tests.support.storage.contract import *  # noqa: F403


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def test_a_store_with_a_capacity_is_full_like_a_disk() -> None:
    store = InMemoryStore(capacity=10)
    with store.begin() as partial:
        partial.write(memoryview(b"0123456789"))
        assert store.free_bytes() == 0
        with pytest.raises(OSError) as caught:
            partial.write(memoryview(b"x"))
        assert caught.value.errno == errno.ENOSPC


def test_a_store_out_of_reach_refuses_everything_and_keeps_what_it_has() -> None:
    store = InMemoryStore()
    with store.begin() as partial:
        partial.write(memoryview(b"kept"))
        partial.suspend()
    store.is_available = False
    with pytest.raises(StoreUnavailable):
        store.resume(partial.name)
    store.is_available = True
    assert store.resume(partial.name).bytes == 4


def test_what_was_not_synced_is_gone_after_a_crash() -> None:
    store = InMemoryStore()
    partial = store.begin()
    partial.write(memoryview(b"synced"))
    partial.sync()
    partial.write(memoryview(b" and not"))
    store.crash()
    assert store.resume(partial.name).bytes == len(b"synced")
