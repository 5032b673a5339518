"""The store in a bucket, on a real S3 server."""

from __future__ import annotations

import errno
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.cloud.transfer import PART_BYTES, PARTS_IN_FLIGHT
from scribedock.storage.store import PartialBusy
from tests.s3.gateway import USER, Gateway
from tests.support.storage.cloud_contract import *  # noqa: F403
from tests.support.storage.contract import *  # noqa: F403
from tests.support.storage.contract import LARGE, fill

pytestmark = pytest.mark.s3


@pytest.fixture
def store(bucket: Bucket, data_dir: Path) -> CloudStore:
    return CloudStore(bucket, data_dir)


WRITER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from scribedock.settings import Settings
    from scribedock.storage.stores import open_store

    partial = open_store(Settings(storage_url=sys.argv[1], data_dir=Path(sys.argv[2]))).begin()
    partial.write(memoryview(bytes(9_000_000)))
    partial.sync()
    print(partial.name, flush=True)
    time.sleep(600)
    """
)

LONG = textwrap.dedent(
    """
    import hashlib, random, resource, sys
    from pathlib import Path
    from scribedock.settings import Settings
    from scribedock.storage.stores import open_store

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    store = open_store(Settings(storage_url=sys.argv[1], data_dir=Path(sys.argv[2])))
    piece = memoryview(random.Random(1).randbytes(1024 * 1024))
    with store.begin() as first:
        first.write(piece)
        store.delete(first.commit())
    before = peak()
    sent = hashlib.sha256()
    with store.begin() as partial:
        for _ in range(int(sys.argv[3])):
            partial.write(piece)
            sent.update(piece)
        key = partial.commit()
    written = peak()
    with store.local(key) as path, path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").digest() == sent.digest()
    print(written - before, peak() - before)
    store.delete(key)
    """
)


def test_a_partial_of_a_killed_writer_is_resumed_at_once(
    store: CloudStore, store_url: str, data_dir: Path
) -> None:
    """On the same machine nobody waits for a lease to end, also when a sweep came in between."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    name = writer.stdout.readline().strip()
    with pytest.raises(PartialBusy):
        store.resume(name)
    writer.kill()
    writer.wait()
    writer.stdout.close()
    store.sweep(objects=frozenset(), partials=frozenset({name}), older_than_s=3600)
    with store.resume(name) as partial:
        assert partial.bytes == 9_000_000


def test_memory_does_not_grow_with_a_recording(store_url: str, data_dir: Path, bucket: Bucket) -> None:
    mebibytes = 600
    done = subprocess.run(
        [sys.executable, "-c", LONG, store_url, str(data_dir), str(mebibytes)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    writing, reading = map(int, done.stdout.split())
    assert writing < (PARTS_IN_FLIGHT + 8) * PART_BYTES
    assert reading < (PARTS_IN_FLIGHT + 8) * PART_BYTES
    assert list(bucket.list("")) == []


def test_a_full_store_says_so(store: CloudStore, bucket: Bucket, gateway: Gateway) -> None:
    gateway.admin("quota", "set", "--quota-scope=user", f"--uid={USER}", "--max-size=1048576")
    gateway.admin("quota", "enable", "--quota-scope=user", f"--uid={USER}")
    try:
        with pytest.raises(OSError) as raised, store.begin() as partial:
            fill(partial, LARGE).commit()
        assert raised.value.errno == errno.EDQUOT
    finally:
        gateway.admin("quota", "disable", "--quota-scope=user", f"--uid={USER}")
    assert list(bucket.list("objects")) == []
