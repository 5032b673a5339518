"""What every store must do, as tests: each test module of a store imports these beside a fixture `store`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scribedock.storage.store import Partial, PartialBusy, PartialMissing, Store

LARGE = os.urandom(13_000_001)  # parts of a store's own size, and a tail


def fill(partial: Partial, data: bytes) -> Partial:
    for start in range(0, len(data), 1_000_003):
        partial.write(memoryview(data)[start : start + 1_000_003])
    return partial


def content(store: Store, key: str) -> bytes:
    with store.local(key) as path:
        return path.read_bytes()


def sweep_all(store: Store) -> int:
    return store.sweep(objects=frozenset(), partials=frozenset(), older_than_s=-5)


@pytest.mark.parametrize("data", [b"x", LARGE], ids=["small", "large"])
def test_what_is_committed_is_read_back(store: Store, data: bytes) -> None:
    with store.begin() as partial:
        fill(partial, data)
        assert partial.bytes == len(data)
        key = partial.commit()
    assert content(store, key) == data
    assert store.size(key) == len(data)
    assert list(store.keys()) == [key]


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 13_000_001), (12_999_999, 13_000_001), (7_000_000, 9_000_000), (5, 5)]
)
def test_a_range_of_an_object_is_read(store: Store, start: int, end: int) -> None:
    with store.begin() as partial:
        key = fill(partial, LARGE).commit()
    assert b"".join(bytes(part) for part in store.read(key, start, end)) == LARGE[start:end]


def test_nothing_is_visible_before_the_commit(store: Store) -> None:
    with store.begin() as partial:
        fill(partial, LARGE)
        partial.sync()
        assert list(store.keys()) == []


def test_leaving_a_partial_discards_it(store: Store) -> None:
    with pytest.raises(RuntimeError), store.begin() as partial:
        name = partial.name
        fill(partial, LARGE)
        raise RuntimeError
    assert store.partial_bytes(name) is None
    with pytest.raises(PartialMissing):
        store.resume(name)


@pytest.mark.parametrize("first", [1, 5_000_000, 12_999_999], ids=str)
def test_a_suspended_partial_is_resumed_where_it_was(store: Store, first: int) -> None:
    with store.begin() as partial:
        fill(partial, LARGE[:first]).suspend()
    assert store.partial_bytes(partial.name) == first
    with store.resume(partial.name) as again:
        assert again.bytes == first
        fill(again, LARGE[first:])
        key = again.commit()
    assert content(store, key) == LARGE
    assert store.partial_bytes(partial.name) is None


def test_a_partial_can_be_resumed_many_times(store: Store) -> None:
    with store.begin() as partial:
        partial.suspend()
    for start in range(0, len(LARGE), 3_333_333):
        with store.resume(partial.name) as again:
            assert again.bytes == start
            fill(again, LARGE[start : start + 3_333_333])
            again.suspend()
    with store.resume(partial.name) as again:
        assert b"".join(bytes(each) for each in again.read()) == LARGE
        key = again.commit()
    assert content(store, key) == LARGE


@pytest.mark.parametrize("kept", [0, 1, 5_000_000, 12_000_000], ids=str)
def test_a_truncated_partial_continues_after_the_kept_bytes(store: Store, kept: int) -> None:
    with store.begin() as partial:
        fill(partial, LARGE)
        partial.truncate(kept)
        assert partial.bytes == kept
        fill(partial, b"end")
        key = partial.commit()
    assert content(store, key) == LARGE[:kept] + b"end"


def test_only_one_writes_a_partial_at_a_time(store: Store) -> None:
    with store.begin() as partial:
        with pytest.raises(PartialBusy):
            store.resume(partial.name)
        partial.suspend()
    with store.resume(partial.name) as again:
        with pytest.raises(PartialBusy):
            store.resume(partial.name)
        again.suspend()


def test_a_partial_that_was_discarded_cannot_be_committed(store: Store) -> None:
    with store.begin() as partial:
        fill(partial, b"some bytes")
        store.discard(partial.name)
        with pytest.raises(PartialMissing):
            partial.commit()
    assert list(store.keys()) == []


def test_a_local_file_is_adopted(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "fetched"
    path.write_bytes(LARGE)
    key = store.adopt(path)
    assert content(store, key) == LARGE
    assert not path.exists()


def test_a_deleted_object_is_gone(store: Store) -> None:
    with store.begin() as partial:
        key = fill(partial, LARGE).commit()
    store.delete(key)
    store.delete(key)
    with pytest.raises(FileNotFoundError), store.local(key):
        pass
    with pytest.raises(FileNotFoundError):
        store.size(key)
    assert list(store.keys()) == []


def test_the_sweep_removes_what_is_not_wanted(store: Store) -> None:
    def stored() -> str:
        with store.begin() as partial:
            return fill(partial, LARGE).commit()

    def suspended() -> str:
        with store.begin() as partial:
            fill(partial, LARGE).suspend()
            return partial.name

    wanted, unwanted = stored(), stored()
    kept, left = suspended(), suspended()
    assert store.sweep(objects=frozenset(), partials=frozenset(), older_than_s=3600) == 0
    assert store.sweep(objects=frozenset({wanted}), partials=frozenset({kept}), older_than_s=-5) == 2
    assert list(store.keys()) == [wanted]
    assert content(store, wanted) == LARGE
    assert store.partial_bytes(kept) == len(LARGE)
    assert store.partial_bytes(left) is None
    with pytest.raises(FileNotFoundError):
        store.size(unwanted)
    assert sweep_all(store) == 2
    assert sweep_all(store) == 0


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 31 + "/"])
def test_a_key_that_is_not_ours_is_refused(store: Store, key: str) -> None:
    for use in (store.size, store.delete, store.resume, store.discard, store.partial_bytes):
        with pytest.raises(ValueError, match="not a name in the store"):
            use(key)
