"""A recording on its way into a bucket.

What is written fills a part; full parts are sent by a pool of threads while the next one
fills.  `sync` sends what is new in the last part as an object of its own; when the part is full it is
sent whole, and takes the place of these pieces.  So every byte is sent twice at the most, and nothing is
ever overwritten: an object's name says which bytes it holds.

What the caller has to know:
- `write` returns at once, unless PARTS_IN_FLIGHT parts of all recordings together are being sent: then it
  waits for one to arrive.  So one thread may serve many uploads, at the pace of the bucket.
- A part that could not be sent makes the next `write`, `sync`, `commit` or `suspend` fail with
  OSError, and every one after it.  Everything before that part is in the bucket, and `resume` continues
  from there; `suspend` releases the partial, even where it fails.
- A writer that was overtaken (see `journal`) gets OSError (ESTALE) from `write` and `sync`,
  PartialMissing from `commit`.
- `sync` and `bytes` may be called while another thread writes.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass

from scribedock.storage.cloud.bucket import Bucket, StoreFault
from scribedock.storage.cloud.journal import EntryKind, Journal, JournalEntry
from scribedock.storage.cloud.layout import PARTS
from scribedock.storage.cloud.manifest import StoredPart, cut, total
from scribedock.storage.cloud.parts import part_path, remove_parts
from scribedock.storage.cloud.transfer import PartTransfer, part_bytes
from scribedock.storage.store import ObjectDamaged, PartialMissing


@dataclass(kw_only=True)
class SentPart:
    """A part that is being sent."""

    path: str
    bytes: int
    etag: Future[str]

    def part(self) -> StoredPart:
        """Wait until the part has arrived and return it. Raises OSError."""
        return StoredPart(path=self.path, bytes=self.bytes, etag=self.etag.result())


@dataclass(frozen=True, kw_only=True)
class PartialContext:
    """What a partial needs of its store."""

    writer: str  # this process
    open_partials: Callable[[], int]
    publish: Callable[[str, tuple[StoredPart, ...]], str]  # makes parts an object; returns its key
    withdraw: Callable[[str, str], None]  # takes key and name, and undoes that
    closed: Callable[[CloudPartial], None]


class CloudPartial:
    """A partial that holds entry `number` of the journal; `parts` was stored before."""

    def __init__(
        self,
        name: str,
        *,
        number: int,
        parts: tuple[StoredPart, ...],
        bucket: Bucket,
        transfer: PartTransfer,
        store: PartialContext,
    ) -> None:
        self._name = name
        self._number = number
        self._bucket = bucket
        self._transfer = transfer
        self._store = store
        self._journal = Journal(bucket, name)
        self._lock = threading.Lock()
        self._syncing = threading.Lock()
        self._beating = threading.Lock()
        self._parts = list(parts)
        self._sent: list[SentPart] = []
        self._buffer = bytearray()
        self._start = self._bytes = total(parts)  # where the buffer begins in the recording, and ends
        self._tail: list[StoredPart] = []  # what `sync` has stored of the buffer, from its beginning
        self._strays = number > 1  # whether there may be objects that no part refers to any more
        self._fault: OSError | None = None
        self._open = True
        self._take_up_tail()

    @property
    def name(self) -> str:
        return self._name

    @property
    def bytes(self) -> int:
        return self._bytes

    def write(self, data: memoryview) -> None:
        with self._lock:
            self._collect()
            left = data
            while left:
                largest = part_bytes(self._store.open_partials())
                room = max(largest - len(self._buffer), 0)
                self._buffer += left[:room]
                left = left[room:]
                self._bytes = self._start + len(self._buffer)
                if len(self._buffer) >= largest:
                    self._send()

    def sync(self) -> int:
        # Nothing is waited for under the lock, so that another thread can continue to write.
        with self._syncing:
            with self._lock:
                self._collect()
                sent = list(self._sent)
                start, stored = self._start, total(self._tail)
                piece = bytes(memoryview(self._buffer)[stored:])
            wait([each.etag for each in sent])
            with self._lock:
                self._collect()
            if piece:
                path = self._path(start + stored, len(piece))
                part = StoredPart(path=path, bytes=len(piece), etag=self._bucket.put(path, piece))
                with self._lock:
                    if self._start == start:
                        self._tail.append(part)
                    else:  # the whole part has been sent
                        self._strays = True
            return start + stored + len(piece)

    def truncate(self, size: int) -> None:
        self._wait()
        with self._lock:
            self._collect()
            kept = cut((*self._parts, *self._tail), size)
            self._move_on(JournalEntry(kind=EntryKind.WRITING, writer=self._store.writer, parts=kept))
            self._strays = True
            self._bytes = size
            if size > self._start:
                del self._buffer[size - self._start :]
                self._tail = list(cut(self._tail, size - self._start))
            else:
                self._parts, self._tail = list(kept), []
                self._buffer, self._start = bytearray(), size
                self._take_up_tail()

    def read(self) -> Iterator[memoryview]:
        self._wait()
        with self._lock:
            self._collect()
            parts = tuple(self._parts)
            rest = bytes(self._buffer)
        try:
            yield from self._transfer.read(parts)
        except ObjectDamaged:
            raise StoreFault(errno.EIO, "a part is gone, or not what it was") from None
        if rest:
            yield memoryview(rest)

    def commit(self) -> str:
        if not self._journal.holds(self._number):
            raise PartialMissing(self._name)
        self._finish()
        parts = tuple(self._parts)
        key = self._store.publish(self._name, parts)
        committed = JournalEntry(kind=EntryKind.COMMITTED, writer=self._store.writer)
        is_ours = self._journal.advance(self._number, committed)
        self._close()
        if not is_ours:
            with suppress(OSError):
                self._store.withdraw(key, self._name)
            raise PartialMissing(self._name)
        # It is an object now; the sweep removes what cannot be cleared away at once.
        with suppress(OSError):
            if self._strays:
                wanted = {part.path for part in parts}
                found = [each.path for each in self._bucket.list(f"{PARTS}/{self._name}")]
                self._bucket.delete(path for path in found if path not in wanted)
            self._journal.clear((self._number, self._number + 1))
        return key

    def suspend(self) -> None:
        try:
            self.sync()
        finally:
            self._wait()
            try:
                if self._fault is None or self._fault.errno != errno.ESTALE:
                    self._journal.leave(self._number)
            finally:
                self._close()

    def discard(self) -> None:
        if not self._open:
            return
        self._close()
        self._wait()
        discarded = JournalEntry(kind=EntryKind.DISCARDED, writer=self._store.writer)
        if self._journal.advance(self._number, discarded):
            if self._sent or self._parts or self._tail or self._strays:
                remove_parts(self._bucket, self._name)
            self._journal.clear((self._number, self._number + 1))

    def beat(self) -> None:
        """Renew the lease; notice where another writer has taken over."""
        with self._beating:
            number = self._number
            if not self._open:
                return
            if self._journal.holds(number):
                self._journal.beat(number)
                return
        with self._lock:
            if self._open and self._number == number:
                self._fault = overtaken()

    def __enter__(self) -> CloudPartial:
        return self

    def __exit__(self, *error: object) -> None:
        # Where the store is out of reach, the sweep discards it later.
        with suppress(OSError):
            self.discard()

    def _send(self) -> None:
        path = self._path(self._start, len(self._buffer))
        etag = self._transfer.send(path, self._buffer)
        self._sent.append(SentPart(path=path, bytes=len(self._buffer), etag=etag))
        self._start += len(self._buffer)
        self._buffer = bytearray()
        self._strays |= bool(self._tail)
        self._tail = []

    def _wait(self) -> None:
        """Wait until nothing is being sent any more."""
        with self._lock:
            sent = list(self._sent)
        wait([each.etag for each in sent])

    def _collect(self) -> None:
        """Take over the parts that have arrived, in order. Raises the error of one that could not be sent."""
        while self._sent and self._fault is None and self._sent[0].etag.done():
            try:
                self._parts.append(self._sent[0].part())
            except OSError as error:
                self._fault = error
            else:
                del self._sent[0]
        if self._fault is not None:
            raise self._fault
        if not self._open:
            raise ValueError("the partial is closed")

    def _finish(self) -> None:
        """Send the rest as one part."""
        self._wait()
        with self._lock:
            self._collect()
            if len(self._tail) == 1 and self._tail[0].bytes == len(self._buffer):
                self._parts += self._tail
                self._start += len(self._buffer)
                self._buffer, self._tail = bytearray(), []
            elif self._buffer:
                self._send()
        self._wait()
        with self._lock:
            self._collect()

    def _take_up_tail(self) -> None:
        """Continue to fill the last part, if it is not full, so that many short writes make few parts."""
        largest = part_bytes(self._store.open_partials())
        while self._parts and total(self._tail) + self._parts[-1].bytes < largest:
            self._tail.insert(0, self._parts.pop())
        self._buffer = bytearray(b"".join(self._transfer.read(self._tail)))
        self._start -= len(self._buffer)

    def _move_on(self, entry: JournalEntry) -> None:
        before = self._number
        if not self._journal.advance(before, entry):
            self._fault = overtaken()
            raise self._fault
        self._number += 1
        with suppress(OSError):
            self._journal.clear([before])

    def _path(self, start: int, size: int) -> str:
        return part_path(self._name, self._number, start, size)

    def _close(self) -> None:
        with self._beating:  # no beat comes after the end
            if self._open:
                self._open = False
                self._store.closed(self)


def overtaken() -> StoreFault:
    return StoreFault(errno.ESTALE, "the partial was discarded, or another writer has resumed it")
