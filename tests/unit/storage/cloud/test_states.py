"""Several servers on one bucket, in every order that comes to mind: what a client was told holds.

Leases are over at once here, so that anybody may take over from anybody who is still writing,
which is the worst that wrong clocks and long sleeps can do.
"""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from obstore.store import MemoryStore

from scribedock.storage.cloud import transfer
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.manifest import from_json
from scribedock.storage.cloud.partial import CloudPartial
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.store import PartialBusy, PartialMissing

SERVERS = 5
PART_BYTES = 10
SERVER = st.integers(0, SERVERS - 1)
WHICH = st.sampled_from((-1, -1, -1, 0))  # of those who write: mostly the one who may
RARELY = st.sampled_from((True, False, False, False))  # the interesting lives are long


class UnevenBucket(Bucket):
    """In memory; parts arrive late, and in any order."""

    def put(self, path: str, data: bytes | bytearray | memoryview) -> str:
        if path.startswith("parts/"):
            time.sleep(random.choice((0, 0, 0.001, 0.003)))
        return super().put(path, data)


@dataclass(kw_only=True)
class Writer:
    """A handle on the partial, and what it should hold."""

    partial: CloudPartial
    content: bytes


@dataclass(kw_only=True)
class Upload:
    """What is known of a partial from the answers that its clients got."""

    name: str
    writers: list[Writer]  # that are not closed; of the last one the bytes count
    synced: bytes = b""
    resumed: bool = False
    key: str | None = None
    committed: bytes = b""
    is_discarded: bool = False

    @property
    def has_ended(self) -> bool:
        return self.key is not None or self.is_discarded


class Servers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bucket = UnevenBucket(MemoryStore())  # type: ignore[arg-type]
        self.servers = [
            CloudStore(self.bucket, Path(self.folder.name) / str(number), lease_s=-1)
            for number in range(SERVERS)
        ]
        self.uploads: list[Upload] = []
        self.last: Writer | None = None  # the one whose bytes count, of the newest upload

    @property
    def upload(self) -> Upload:
        return self.uploads[-1]

    @property
    def has_writers(self) -> bool:
        return bool(self.upload.writers)

    def teardown(self) -> None:
        for upload in self.uploads:
            for writer in upload.writers:
                writer.partial.__exit__()
        for _ in range(2):
            self.servers[0].sweep(objects=frozenset(), partials=frozenset(), older_than_s=-5)
        left = [found.path for found in self.bucket.list("")]
        self.folder.cleanup()
        assert left == []

    @initialize(server=SERVER)
    def first(self, server: int) -> None:
        self.begin(server)

    @precondition(lambda self: self.upload.has_ended and not self.has_writers)
    @rule(server=SERVER)
    def begin(self, server: int) -> None:
        writer = Writer(partial=self.servers[server].begin(), content=b"")
        self.uploads.append(Upload(name=writer.partial.name, writers=[writer]))
        self.last = writer

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH, data=st.binary(min_size=1, max_size=35), sync=st.booleans())
    def write(self, which: int, data: bytes, sync: bool) -> None:
        writer = self._writer(which)
        with suppress(OSError):  # overtaken, and aware of it
            writer.partial.write(memoryview(data))
            writer.content += data
            if sync:
                assert writer.partial.sync() == len(writer.content)
                self._acknowledge(writer)

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH)
    def beat(self, which: int) -> None:
        self._writer(which).partial.beat()

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH, share=st.floats(0, 1))
    def truncate(self, which: int, share: float) -> None:
        writer = self._writer(which)
        size = int(len(writer.content) * share)
        try:
            writer.partial.truncate(size)
        except OSError:
            assert self._is_overtaken(writer)
        else:
            assert not self._is_overtaken(writer), "whoever was overtaken cannot truncate"
            writer.content = writer.content[:size]
            self.upload.synced = self.upload.synced[:size]

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH)
    def suspend(self, which: int) -> None:
        writer = self._writer(which)
        self.upload.writers.remove(writer)
        with suppress(OSError):
            writer.partial.suspend()
            self._acknowledge(writer)

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH, really=RARELY)
    def commit(self, which: int, really: bool) -> None:
        if not really:
            return
        writer = self._writer(which)
        self.upload.writers.remove(writer)
        try:
            key = writer.partial.commit()
        except (PartialMissing, OSError):
            assert self._is_overtaken(writer)
            writer.partial.__exit__()
            return
        assert not self._is_overtaken(writer)
        self.upload.key, self.upload.committed = key, writer.content
        if not self.upload.resumed:
            name = self.upload.name
            parts = {part.path for part in from_json(self.bucket.get(f"objects/{key}/{name}"))}
            assert parts == {found.path for found in self.bucket.list(f"parts/{name}")}
            assert list(self.bucket.list(f"partials/{name}")) == []

    @precondition(lambda self: self.has_writers)
    @rule(which=WHICH, really=RARELY)
    def leave(self, which: int, really: bool) -> None:
        if not really:
            return
        writer = self._writer(which)
        self.upload.writers.remove(writer)
        was_overtaken = self._is_overtaken(writer)
        writer.partial.__exit__()
        if not was_overtaken:
            self.upload.is_discarded = True

    @rule(server=SERVER)
    def resume(self, server: int) -> None:
        """By anybody, whether or not the one before is still at it."""
        store = self.servers[server]
        try:
            partial = store.resume(self.upload.name)
        except PartialMissing:
            assert self.upload.has_ended
            return
        except PartialBusy:
            assert any(writer.partial._store.closed == store._closed for writer in self.upload.writers)
            return
        assert not self.upload.has_ended
        assert self.last is not None
        content = b"".join(map(bytes, partial.read()))
        assert len(content) == partial.bytes
        assert content.startswith(self.upload.synced), "bytes are lost that somebody was told are safe"
        assert self.last.content.startswith(content), "bytes of somebody else's"
        self.last = Writer(partial=partial, content=content)
        self.upload.writers.append(self.last)
        self.upload.resumed = True

    @rule(server=SERVER, really=RARELY)
    def discard(self, server: int, really: bool) -> None:
        if not really:
            return
        self.servers[server].discard(self.upload.name)
        if self.upload.key is None:
            self.upload.is_discarded = True

    @rule(server=SERVER)
    def sweep(self, server: int) -> None:
        self.servers[server].sweep(
            objects=frozenset(upload.key for upload in self.uploads if upload.key),
            partials=frozenset(upload.name for upload in self.uploads if not upload.has_ended),
            older_than_s=-5,
        )

    @invariant()
    def what_was_committed_is_there_and_nothing_else(self) -> None:
        committed = {upload.key: upload.committed for upload in self.uploads if upload.key}
        assert set(self.servers[0].keys()) == set(committed)
        for key, content in committed.items():
            with self.servers[1].local(key) as path:
                assert path.read_bytes() == content

    @invariant()
    def what_was_acknowledged_can_be_asked_for(self) -> None:
        for upload in self.uploads:
            known = self.servers[2].partial_bytes(upload.name)
            if upload.has_ended:
                assert known is None
            else:
                assert known is not None and known >= len(upload.synced)

    def _writer(self, which: int) -> Writer:
        return self.upload.writers[which]

    def _is_overtaken(self, writer: Writer) -> bool:
        return writer is not self.last or self.upload.has_ended

    def _acknowledge(self, writer: Writer) -> None:
        if not self._is_overtaken(writer):
            self.upload.synced = writer.content


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PART_BYTES", PART_BYTES)
    monkeypatch.setattr(transfer, "MIN_PART_BYTES", PART_BYTES)


class TestServers(Servers.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
