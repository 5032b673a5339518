"""A store of recordings in memory."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from scribedock.clock import Clock
from scribedock.storage.names import checked_name
from scribedock.storage.store import PartialBusy, PartialMissing, StoreUnavailable
from scribedock.testing.clock import BEGINNING, ManualClock


@dataclass(eq=False)
class _Bytes:
    content: bytearray = field(default_factory=bytearray)
    synced: int = 0
    written: datetime = BEGINNING
    is_open: bool = False


class InMemoryStore:
    """A store of recordings in this process.

    `capacity` is how many bytes it takes (None: without limit); `is_available` set to False makes every
    access to it raise StoreUnavailable, as an object store does that is out of reach.
    """

    def __init__(self, *, clock: Clock | None = None, capacity: int | None = None) -> None:
        self._clock = clock or ManualClock()
        self._lock = threading.RLock()
        self._partials: dict[str, _Bytes] = {}
        self._objects: dict[str, _Bytes] = {}
        self.capacity = capacity
        self.is_available = True

    def begin(self) -> InMemoryPartial:
        self._check()
        name = uuid.uuid4().hex
        with self._lock:
            self._partials[name] = _Bytes(written=self._clock.now())
        return self.resume(name)

    def resume(self, name: str) -> InMemoryPartial:
        checked_name(name)
        self._check()
        with self._lock:
            held = self._partials.get(name)
            if held is None:
                raise PartialMissing(name)
            if held.is_open:
                raise PartialBusy(name)
            held.is_open = True
        return InMemoryPartial(self, name, held)

    def partial_bytes(self, name: str) -> int | None:
        held = self._partials.get(checked_name(name))
        return None if held is None else len(held.content)

    def discard(self, name: str) -> None:
        self._check()
        self._partials.pop(checked_name(name), None)

    def adopt(self, path: Path) -> str:
        self._check()
        key = uuid.uuid4().hex
        self._objects[key] = _Bytes(content=bytearray(path.read_bytes()), written=self._clock.now())
        path.unlink()
        return key

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        content = self._object(key).content
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / key
            path.write_bytes(content)
            yield path

    def read(self, key: str, start: int, end: int) -> Iterator[memoryview]:
        content = bytes(self._object(key).content)
        if start < end:
            yield memoryview(content)[start:end]

    def size(self, key: str) -> int:
        return len(self._object(key).content)

    def delete(self, key: str) -> None:
        self._check()
        self._objects.pop(checked_name(key), None)

    def keys(self) -> Iterator[str]:
        self._check()
        return iter(sorted(self._objects))

    def free_bytes(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self._used(), 0)

    def sweep(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        before = self._clock.now() - timedelta(seconds=older_than_s)
        removed = 0
        with self._lock:
            for held, wanted in ((self._objects, objects), (self._partials, partials)):
                old = [name for name, each in held.items() if name not in wanted and each.written < before]
                removed += len(old)
                for name in old:
                    del held[name]
        return removed

    def crash(self) -> None:
        """Do as a machine that loses its power: what was not synced is gone, and nobody holds a partial."""
        with self._lock:
            for held in self._partials.values():
                del held.content[held.synced :]
                held.is_open = False

    def _object(self, key: str) -> _Bytes:
        checked_name(key)
        self._check()
        try:
            return self._objects[key]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), key) from None

    def _used(self) -> int:
        return sum(len(each.content) for held in (self._partials, self._objects) for each in held.values())

    def _check(self, more: int = 0) -> None:
        if not self.is_available:
            raise StoreUnavailable(errno.EIO, "the store is out of reach")
        if more and self.capacity is not None and self._used() + more > self.capacity:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class InMemoryPartial:
    """A recording that is being written to an InMemoryStore."""

    def __init__(self, store: InMemoryStore, name: str, held: _Bytes) -> None:
        self._store = store
        self._name = name
        self._held = held
        self._is_open = True

    @property
    def name(self) -> str:
        return self._name

    @property
    def bytes(self) -> int:
        return len(self._held.content)

    def write(self, data: memoryview) -> None:
        self._store._check(len(data))
        self._held.content += data
        self._held.written = self._store._clock.now()

    def sync(self) -> int:
        self._store._check()
        self._held.synced = len(self._held.content)
        return self._held.synced

    def truncate(self, size: int) -> None:
        self._store._check()
        del self._held.content[size:]
        self._held.synced = min(self._held.synced, size)

    def read(self) -> Iterator[memoryview]:
        self._store._check()
        yield memoryview(bytes(self._held.content))

    def commit(self) -> str:
        self._store._check()
        with self._store._lock:
            if self._store._partials.get(self._name) is not self._held:
                raise PartialMissing(self._name)
            del self._store._partials[self._name]
            key = uuid.uuid4().hex
            self._store._objects[key] = self._held
        self._leave()
        return key

    def suspend(self) -> None:
        try:
            self.sync()
        finally:
            self._leave()

    def discard(self) -> None:
        if self._store._partials.get(self._name) is self._held:
            del self._store._partials[self._name]
        self._leave()

    def _leave(self) -> None:
        if self._is_open:
            self._is_open = False
            self._held.is_open = False

    def __enter__(self) -> InMemoryPartial:
        return self

    def __exit__(self, *error: object) -> None:
        if self._is_open:
            self.discard()
