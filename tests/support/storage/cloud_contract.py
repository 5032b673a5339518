"""What a store in a bucket must do beyond `contract`, as tests: for fixtures `store` and `bucket`."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.journal import EntryKind, Journal, JournalEntry
from scribedock.storage.cloud.manifest import to_json
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.cloud.transfer import PART_BYTES
from scribedock.storage.store import ObjectDamaged, PartialBusy, PartialMissing
from tests.support.storage.contract import LARGE, content, fill, sweep_all

NOBODY = "0" * 32


def paths(bucket: Bucket, folder: str = "") -> list[str]:
    return sorted(found.path for found in bucket.list(folder))


@pytest.fixture
def other(bucket: Bucket, tmp_path: Path) -> CloudStore:
    """Another machine's."""
    return CloudStore(bucket, tmp_path / "other")


@pytest.fixture
def hasty(bucket: Bucket, tmp_path: Path) -> CloudStore:
    """Another machine's, to whose clock every lease is over."""
    return CloudStore(bucket, tmp_path / "hasty", lease_s=-3600)


def test_synced_bytes_can_be_resumed_by_another_machine(store: CloudStore, hasty: CloudStore) -> None:
    partial = store.begin()
    fill(partial, LARGE[:10_000_000])
    assert partial.sync() == 10_000_000
    fill(partial, LARGE[10_000_000:])
    assert hasty.partial_bytes(partial.name) == 10_000_000
    with hasty.resume(partial.name) as again:
        assert again.bytes == 10_000_000
        fill(again, LARGE[10_000_000:])
        key = again.commit()
    assert content(store, key) == LARGE
    with pytest.raises(PartialMissing):
        partial.commit()
    partial.__exit__()
    assert content(hasty, key) == LARGE


def test_another_machine_waits_for_the_end_of_the_lease(store: CloudStore, other: CloudStore) -> None:
    with store.begin() as partial:
        fill(partial, b"some bytes")
        with pytest.raises(PartialBusy):
            other.resume(partial.name)
        partial.suspend()
    with other.resume(partial.name) as again:
        assert b"".join(map(bytes, again.read())) == b"some bytes"


def test_a_beat_keeps_a_writer_and_shows_it_that_it_was_overtaken(
    store: CloudStore, hasty: CloudStore, bucket: Bucket
) -> None:
    with store.begin() as partial:
        partial.beat()
        assert f"partials/{partial.name}/00000001.beat" in paths(bucket)
        with hasty.resume(partial.name) as again:
            fill(again, b"theirs")
            partial.beat()
            for use in (lambda: partial.write(memoryview(b"ours")), partial.sync, partial.suspend):
                with pytest.raises(OSError) as raised:
                    use()
                assert raised.value.errno == errno.ESTALE
            key = again.commit()
    assert content(store, key) == b"theirs"


def test_a_partial_discarded_by_another_machine_leaves_nothing(
    store: CloudStore, other: CloudStore, bucket: Bucket
) -> None:
    with store.begin() as partial:
        fill(partial, LARGE)
        partial.sync()
        other.discard(partial.name)
        with pytest.raises(PartialMissing):
            partial.commit()
    assert paths(bucket) == []


def test_late_bytes_of_an_overtaken_writer_do_no_harm(store: CloudStore, hasty: CloudStore) -> None:
    partial = store.begin()
    fill(partial, LARGE[:3_000_000])
    partial.sync()
    with hasty.resume(partial.name) as again:
        fill(partial, b"x" * PART_BYTES)
        partial.sync()
        assert store.partial_bytes(partial.name) == 3_000_000
        fill(again, LARGE[3_000_000:])
        key = again.commit()
    partial.__exit__()
    assert content(store, key) == LARGE


def test_parts_that_longer_ones_replaced_are_gone_after_the_commit(store: CloudStore, bucket: Bucket) -> None:
    with store.begin() as partial:
        for start in range(0, len(LARGE), 2_500_000):
            fill(partial, LARGE[start : start + 2_500_000])
            partial.sync()
        key = partial.commit()
    assert content(store, key) == LARGE
    assert len(paths(bucket, "parts")) == 2
    assert paths(bucket, "partials") == []


def test_many_short_writes_make_few_parts(store: CloudStore, bucket: Bucket) -> None:
    with store.begin() as partial:
        partial.suspend()
    for start in range(0, 5_000_000, 1_000_000):
        with store.resume(partial.name) as again:
            fill(again, LARGE[start : start + 1_000_000])
            again.suspend()
    with store.resume(partial.name) as again:
        key = again.commit()
    assert len(paths(bucket, "parts")) == 1
    assert content(store, key) == LARGE[:5_000_000]


@pytest.mark.parametrize("kept", [9_000_000, PART_BYTES, 3_000_000, 0], ids=str)
def test_a_synced_truncation_persists(store: CloudStore, kept: int) -> None:
    with store.begin() as partial:
        fill(partial, LARGE)
        partial.sync()
        partial.truncate(kept)
        key = partial.commit()
    assert content(store, key) == LARGE[:kept]


@pytest.mark.parametrize("kept", [9_000_000, PART_BYTES, 3_000_000, 0], ids=str)
def test_a_truncation_survives_a_crash(store: CloudStore, hasty: CloudStore, kept: int) -> None:
    partial = store.begin()
    fill(partial, LARGE)
    partial.sync()
    partial.truncate(kept)
    with hasty.resume(partial.name) as again:
        assert again.bytes == kept
        key = again.commit()
    partial.__exit__()
    assert content(store, key) == LARGE[:kept]


def test_bytes_written_after_a_truncation_survive_a_crash(store: CloudStore, hasty: CloudStore) -> None:
    partial = store.begin()
    fill(partial, b"0123456789")
    partial.sync()
    partial.truncate(5)
    fill(partial, b"abc")
    assert partial.sync() == 8
    with hasty.resume(partial.name) as again:
        assert b"".join(map(bytes, again.read())) == b"01234abc"
    partial.__exit__()


def test_an_empty_partial_becomes_an_empty_object(store: CloudStore) -> None:
    with store.begin() as partial:
        key = partial.commit()
    assert store.size(key) == 0
    assert content(store, key) == b""


@pytest.mark.parametrize("harm", ["overwritten", "shortened", "removed"])
def test_a_part_that_was_tampered_with_is_not_read(store: CloudStore, bucket: Bucket, harm: str) -> None:
    with store.begin() as partial:
        key = fill(partial, LARGE).commit()
    path = paths(bucket, "parts")[1]
    if harm == "removed":
        bucket.delete([path])
    else:
        size = bucket.head(path).bytes - (harm == "shortened")
        bucket.put(path, bytes(size))
    with pytest.raises(ObjectDamaged), store.local(key):
        pass


def test_a_partial_that_was_tampered_with_starts_again(store: CloudStore, bucket: Bucket) -> None:
    with store.begin() as partial:
        fill(partial, b"some bytes").suspend()
    store.resume(partial.name).suspend()
    bucket.put(paths(bucket, "parts")[0], b"else bytes")
    with pytest.raises(PartialMissing):
        store.resume(partial.name)
    assert paths(bucket) == []


def test_the_local_copy_is_gone_afterwards(store: CloudStore, tmp_path: Path) -> None:
    with store.begin() as partial:
        key = fill(partial, LARGE).commit()
    with store.local(key) as path:
        assert path.stat().st_mode & 0o077 == 0
    assert not path.exists()
    assert list(path.parent.iterdir()) == []


def test_a_copy_whose_process_died_is_swept(store: CloudStore) -> None:
    with store.begin() as partial:
        key = fill(partial, b"some bytes").commit()
    with store.local(key) as path:
        left = path.with_name("recording-" + NOBODY)
        left.write_bytes(b"some")
        store.sweep(objects=frozenset({key}), partials=frozenset(), older_than_s=3600)
        assert path.exists()
        assert not left.exists()


def test_the_sweep_finds_parts_without_a_recording(store: CloudStore, bucket: Bucket) -> None:
    bucket.put(f"parts/{NOBODY}/00000001/000000000000000-3", b"abc")
    assert store.sweep(objects=frozenset(), partials=frozenset(), older_than_s=3600) == 0
    assert sweep_all(store) == 1
    assert paths(bucket) == []


def test_the_sweep_keeps_the_bytes_of_a_partial_whose_commit_was_cut_short(
    store: CloudStore, hasty: CloudStore, bucket: Bucket
) -> None:
    """The manifest was written, and the writer died before its journal said so."""
    partial = store.begin()
    fill(partial, LARGE)
    partial.sync()
    bucket.put(f"objects/{NOBODY}/{partial.name}", to_json([]))
    removed = store.sweep(objects=frozenset(), partials=frozenset({partial.name}), older_than_s=-5)
    assert removed == 1
    assert list(store.keys()) == []
    with hasty.resume(partial.name) as again:
        key = again.commit()
    partial.__exit__()
    assert content(store, key) == LARGE


def test_the_sweep_keeps_the_bytes_of_an_object_whose_journal_was_not_cleared(
    store: CloudStore, bucket: Bucket
) -> None:
    with store.begin() as partial:
        key = fill(partial, LARGE).commit()
    journal = Journal(bucket, partial.name)
    journal.begin(JournalEntry(kind=EntryKind.WRITING, writer="dead"))
    assert journal.advance(1, JournalEntry(kind=EntryKind.COMMITTED, writer="dead"))
    assert store.partial_bytes(partial.name) is None
    with pytest.raises(PartialMissing):
        store.resume(partial.name)
    assert store.sweep(objects=frozenset({key}), partials=frozenset(), older_than_s=-5) == 0
    assert paths(bucket, "partials") == []
    assert content(store, key) == LARGE


def test_foreign_objects_are_left_alone(store: CloudStore, bucket: Bucket) -> None:
    theirs = [
        "readme.txt",
        "objects/readme.txt",
        "objects/notes/a/b.txt",
        "parts/theirs/1.bin",
        "partials/theirs/00000001",
        f"partials/{NOBODY}",
        "direct/readme.txt",
    ]
    for path in theirs:
        bucket.put(path, b"theirs")
    sweep_all(store)
    assert list(store.keys()) == []
    assert paths(bucket) == sorted(theirs)
