"""How much is on its way at once, and what happens when a part does not arrive."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from scribedock.storage.cloud import transfer
from scribedock.storage.cloud.bucket import Bucket, StoreFault
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.cloud.transfer import MIN_PART_BYTES, PART_BYTES, PARTS_IN_FLIGHT, part_bytes
from tests.support.storage.contract import content

MIB = 1024 * 1024


class ClosedBucket(Bucket):
    """In memory; parts arrive only while it is open, and not at all while it is broken."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())  # type: ignore[arg-type]
        self.open = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.broken: set[str] = set()

    def put(self, path: str, data: bytes | bytearray | memoryview) -> str:
        if path.startswith("parts/"):
            self.waiting.release()
            assert self.open.wait(30)
            if path.rpartition("/")[2] in self.broken:
                raise StoreFault(errno.EIO, "broken")
        return super().put(path, data)


@pytest.fixture
def bucket() -> ClosedBucket:
    return ClosedBucket()


@pytest.fixture
def store(bucket: ClosedBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CloudStore:
    monkeypatch.setattr(transfer, "PART_BYTES", 10)
    monkeypatch.setattr(transfer, "MIN_PART_BYTES", 10)
    return CloudStore(bucket, tmp_path / "data")


@pytest.mark.parametrize(
    ("open_partials", "largest"),
    [(0, PART_BYTES), (1, PART_BYTES), (32, PART_BYTES), (64, 4 * MIB), (256, MIB), (10_000, MIB)],
)
def test_the_more_recordings_the_smaller_the_parts(open_partials: int, largest: int) -> None:
    assert part_bytes(open_partials) == largest
    assert largest >= MIN_PART_BYTES


def test_a_writer_waits_only_when_too_many_parts_are_on_their_way(
    store: CloudStore, bucket: ClosedBucket
) -> None:
    with store.begin() as partial:
        partial.write(memoryview(bytes(10 * PARTS_IN_FLIGHT + 5)))
        assert partial.bytes == 10 * PARTS_IN_FLIGHT + 5
        writer = threading.Thread(target=partial.write, args=(memoryview(bytes(10)),))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        bucket.open.set()
        writer.join(30)
        assert not writer.is_alive()
        key = partial.commit()
    assert content(store, key) == bytes(10 * PARTS_IN_FLIGHT + 15)


def test_a_sync_does_not_keep_others_from_writing(store: CloudStore, bucket: ClosedBucket) -> None:
    with store.begin() as partial:
        partial.write(memoryview(b"0123456789ab"))
        syncing = threading.Thread(target=partial.sync)
        syncing.start()
        assert bucket.waiting.acquire(timeout=30)
        partial.write(memoryview(b"cdefghijkl"))
        assert syncing.is_alive()
        bucket.open.set()
        syncing.join(30)
        key = partial.commit()
    assert content(store, key) == b"0123456789abcdefghijkl"


def test_a_part_that_does_not_arrive_is_reported_and_earlier_ones_stay(
    store: CloudStore, bucket: ClosedBucket
) -> None:
    bucket.open.set()
    bucket.broken.add(f"{10:015d}-10")
    with store.begin() as partial:
        partial.write(memoryview(bytes(35)))
        for use in (partial.sync, lambda: partial.write(memoryview(b"x")), partial.commit, partial.suspend):
            with pytest.raises(OSError, match="broken"):
                use()
    bucket.broken.clear()
    assert store.partial_bytes(partial.name) == 10
    with store.resume(partial.name) as again:
        again.write(memoryview(b"end"))
        key = again.commit()
    assert content(store, key) == bytes(10) + b"end"


def test_a_store_that_breaks_at_the_end_leaves_the_partial_to_be_resumed(
    store: CloudStore, bucket: ClosedBucket
) -> None:
    bucket.open.set()
    bucket.broken.add(f"{10:015d}-5")
    with store.begin() as partial:
        partial.write(memoryview(bytes(15)))
        with pytest.raises(OSError, match="broken"):
            partial.suspend()
    assert store.partial_bytes(partial.name) == 10
    assert list(store.keys()) == []
