"""Recordings in a bucket of S3, Google Cloud Storage or Azure Blob Storage.

A recording is visible when its manifest is, and its manifest is written last.  There are no
multipart uploads, so none can be orphaned; a part may be of any size; and the same code
serves all three kinds of store (`layout` says what lies where).

What it does not do: put a recording into one object, or keep others from changing what
lies in the bucket.  Whatever was changed there is noticed when it is read, and refused.
"""

from __future__ import annotations

import errno
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scribedock.clock import SYSTEM_CLOCK, Clock
from scribedock.storage import copies
from scribedock.storage.cloud.bucket import Bucket, StoreFault
from scribedock.storage.cloud.heartbeat import Heartbeat
from scribedock.storage.cloud.journal import LEASE_S, EntryKind, Journal, JournalEntry, JournalState
from scribedock.storage.cloud.layout import DIRECT, OBJECTS, ours
from scribedock.storage.cloud.manifest import StoredPart, from_json, to_json, total
from scribedock.storage.cloud.partial import CloudPartial, PartialContext
from scribedock.storage.cloud.parts import remove_parts, stored
from scribedock.storage.cloud.sweep import Sweep
from scribedock.storage.cloud.transfer import PART_BYTES, PartTransfer
from scribedock.storage.cloud.writers import Writers
from scribedock.storage.names import checked_name
from scribedock.storage.store import ObjectDamaged, PartialBusy, PartialMissing, Pinned

MAX_TRIES = 5  # while other processes keep moving on


class CloudStore:
    """A store in a bucket.

    `folder` is the data folder: copies for reading are in its `work`, and a file in its `writers` shows that
    this process is alive.
    """

    def __init__(
        self, bucket: Bucket, folder: Path, *, lease_s: float = LEASE_S, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._bucket = bucket
        self._lease_s = lease_s
        self._clock = clock
        self._folder = folder
        self._writers = Writers(folder / "writers")
        self._transfer = PartTransfer(bucket)
        self._open: dict[str, CloudPartial] = {}
        self._lock = threading.Lock()
        self._pulse = Heartbeat(self._beating)

    def begin(self) -> CloudPartial:
        name = uuid.uuid4().hex
        Journal(self._bucket, name).begin(JournalEntry(kind=EntryKind.WRITING, writer=self._writer()))
        return self._opened(name, 1, ())

    def resume(self, name: str) -> CloudPartial:
        journal = Journal(self._bucket, checked_name(name))
        for _ in range(MAX_TRIES):
            state, entry = self._latest(journal, name)
            if self._is_busy(name, state, entry):
                raise PartialBusy(name)
            parts = stored(self._bucket, name, state.number, entry)
            taken = JournalEntry(kind=EntryKind.WRITING, writer=self._writer(), parts=parts)
            if journal.advance(state.number, taken):
                journal.clear([state.number])
                try:
                    return self._opened(name, state.number + 1, parts)
                except ObjectDamaged:
                    self.discard(name)
                    raise PartialMissing(name) from None
        raise PartialBusy(name)

    def partial_bytes(self, name: str) -> int | None:
        try:
            state, entry = self._latest(Journal(self._bucket, checked_name(name)), name)
        except PartialMissing:
            return None
        return total(stored(self._bucket, name, state.number, entry))

    def discard(self, name: str) -> None:
        journal = Journal(self._bucket, checked_name(name))
        for _ in range(MAX_TRIES):
            try:
                state, _ = self._latest(journal, name)
            except PartialMissing:
                return
            if journal.advance(state.number, JournalEntry(kind=EntryKind.DISCARDED, writer=self._writer())):
                remove_parts(self._bucket, name)
                journal.clear_up_to(state.number + 1)
                return
        raise unsettled()

    def adopt(self, path: Path) -> str:
        key = self._upload(path)
        path.unlink()
        return key

    def put(self, path: Path, key: str) -> None:
        """Make a local file the object with this key, which there is none with yet, and keep the file."""
        uploaded = self._upload(path)
        [manifest] = self._bucket.list(f"{OBJECTS}/{uploaded}")
        text = self._bucket.get(manifest.path)
        # In this order: of two objects with the same bytes, a sweep of one would remove those of both.
        self._bucket.delete([manifest.path])
        self._bucket.put(f"{OBJECTS}/{checked_name(key)}/{manifest.path.rpartition('/')[2]}", text)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        parts = self._parts(key)
        copy = copies.new_copy(self._folder)
        try:
            self._transfer.fetch(parts, copy.descriptor)
            yield copy.path
        finally:
            copy.close()

    def read(self, key: str, start: int, end: int) -> Iterator[memoryview]:
        yield from self._transfer.read(self._parts(key), start, end)

    def size(self, key: str) -> int:
        return total(self._parts(key))

    def delete(self, key: str) -> None:
        for manifest in list(self._bucket.list(f"{OBJECTS}/{checked_name(key)}")):
            name = manifest.path.rpartition("/")[2]
            self._bucket.delete([manifest.path])
            self._remove_bytes(name)

    def keys(self) -> Iterator[str]:
        for (_, key, _), _ in ours(self._bucket, OBJECTS, 3):
            yield key

    def free_bytes(self) -> None:
        return None

    def sweep(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        copies.remove_abandoned(self._folder)
        self._writers.sweep(remembered_s=LEASE_S)
        return Sweep(
            self._bucket,
            discard=self.discard,
            remove_bytes=self._remove_bytes,
            is_open=self._is_open,
            clock=self._clock,
        ).run(objects=objects, partials=partials, older_than_s=older_than_s)

    def presign_put(self, name: str, expires_s: float) -> str:
        return self._bucket.sign_put(f"{DIRECT}/{checked_name(name)}", expires_s)

    def find_direct(self, name: str) -> Pinned | None:
        try:
            found = self._bucket.head(f"{DIRECT}/{checked_name(name)}")
        except FileNotFoundError:
            return None
        return Pinned(name=name, bytes=found.bytes, etag=found.etag, version=found.version)

    def pin(self, found: Pinned) -> str:
        path = f"{DIRECT}/{checked_name(found.name)}"
        return self._publish(
            found.name, (StoredPart(path=path, bytes=found.bytes, etag=found.etag, version=found.version),)
        )

    def unpin(self, key: str) -> None:
        self._bucket.delete([each.path for each in self._bucket.list(f"{OBJECTS}/{checked_name(key)}")])

    def _parts(self, key: str) -> tuple[StoredPart, ...]:
        """Return the parts of an object. Raises FileNotFoundError."""
        for manifest in self._bucket.list(f"{OBJECTS}/{checked_name(key)}"):
            return from_json(self._bucket.get(manifest.path))
        raise FileNotFoundError(key)

    def _publish(self, name: str, parts: tuple[StoredPart, ...]) -> str:
        key = uuid.uuid4().hex
        self._bucket.put(f"{OBJECTS}/{key}/{name}", to_json(parts))
        return key

    def _withdraw(self, key: str, name: str) -> None:
        self._bucket.delete([f"{OBJECTS}/{key}/{name}"])

    def _remove_bytes(self, name: str) -> None:
        remove_parts(self._bucket, name)
        self._bucket.delete([f"{DIRECT}/{name}"])

    def _upload(self, path: Path) -> str:
        buffer = memoryview(bytearray(PART_BYTES))
        with path.open("rb", buffering=0) as file, self.begin() as partial:
            while count := file.readinto(buffer):
                partial.write(buffer[:count])
            return partial.commit()

    def _writer(self) -> str:
        with self._lock:
            return self._writers.join()

    def _opened(self, name: str, number: int, parts: tuple[StoredPart, ...]) -> CloudPartial:
        partial = CloudPartial(
            name,
            number=number,
            parts=parts,
            bucket=self._bucket,
            transfer=self._transfer,
            store=PartialContext(
                writer=self._writer(),
                open_partials=lambda: len(self._open),
                publish=self._publish,
                withdraw=self._withdraw,
                closed=self._closed,
            ),
        )
        with self._lock:
            self._open[name] = partial
        self._pulse.start()
        return partial

    def _closed(self, partial: CloudPartial) -> None:
        with self._lock:
            if self._open.get(partial.name) is partial:
                del self._open[partial.name]

    def _beating(self) -> list[CloudPartial]:
        with self._lock:
            return list(self._open.values())

    def _latest(self, journal: Journal, name: str) -> tuple[JournalState, JournalEntry]:
        """Return the current entry. Raises PartialMissing where there is none that can be resumed."""
        for _ in range(MAX_TRIES):
            state = journal.state()
            if state is None:
                raise PartialMissing(name)
            try:
                entry = journal.read(state.number)
            except FileNotFoundError:  # another process moves on at this moment
                continue
            if entry.kind is not EntryKind.WRITING:
                raise PartialMissing(name)
            return state, entry
        raise unsettled()

    def _is_busy(self, name: str, state: JournalState, entry: JournalEntry) -> bool:
        if state.idle:
            return False
        if entry.writer == self._writer():
            with self._lock:
                return name in self._open
        silent_s = state.silent_for(self._clock.now()).total_seconds()
        return silent_s < self._lease_s and not self._writers.is_dead(entry.writer)

    def _is_open(self, name: str) -> bool:
        try:
            self._latest(Journal(self._bucket, name), name)
        except PartialMissing:
            return False
        return True


def unsettled() -> StoreFault:
    return StoreFault(errno.EAGAIN, "the partial is changing hands")
