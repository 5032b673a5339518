"""What a store of recordings must do.

A recording is written as a *partial*, which can be left and resumed, and becomes an
*object* under a key of ours: whole and durable, or not at all.  Nothing of a client's
ever becomes part of a name.  Which objects and partials are still wanted is not the
store's to know; `sweep` is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class PartialBusy(Exception):
    """Another writer is writing this partial."""


class PartialMissing(Exception):
    """There is no such partial, or not any more."""


class StoreUnavailable(OSError):
    """The store is out of reach or refuses us. What it holds stays as it is and can be resumed."""

    @property
    def refused(self) -> bool:
        """Return whether it did answer, so that waiting for it does not help."""
        return False


class ObjectDamaged(Exception):
    """The object is not what was stored: it was overwritten, or partly lost."""


class Partial(Protocol):
    """A recording being written, by one writer at a time.

    Leaving its `with` block without `commit` or `suspend` discards it. All methods raise OSError: ENOSPC or
    EDQUOT where there is no room, StoreUnavailable where the store may work again later.
    """

    @property
    def name(self) -> str:
        """Return the name under which it can be resumed: 32 hex digits."""
        ...

    @property
    def bytes(self) -> int:
        """Return the number of bytes."""
        ...

    def write(self, data: memoryview) -> None:
        """Append all of `data`."""
        ...

    def sync(self) -> int:
        """Make what was written survive a crash of the machine; return how many bytes will."""
        ...

    def truncate(self, size: int) -> None:
        """Remove everything after the first `size` bytes."""
        ...

    def read(self) -> Iterator[memoryview]:
        """Yield all bytes so far; each view is valid until the next."""
        ...

    def commit(self) -> str:
        """Make it an object, whole and durable; return its key, 32 hex digits.

        Raises PartialMissing where it was discarded in the meantime.
        """
        ...

    def suspend(self) -> None:
        """Leave it for `resume`, with everything written in the store.

        Where this fails with StoreUnavailable, the partial is released all the same.
        """
        ...

    def discard(self) -> None: ...

    def __enter__(self) -> Partial: ...

    def __exit__(self, *error: object) -> None: ...


class LocalFiles(Protocol):
    """What provides recordings as local files."""

    def local(self, key: str) -> AbstractContextManager[Path]:
        """Provide the object as a local file for the duration of the block.

        Raises FileNotFoundError, and ObjectDamaged where it is not what was stored.
        """
        ...


class Store(LocalFiles, Protocol):
    def begin(self) -> Partial: ...

    def resume(self, name: str) -> Partial:
        """Return a partial for writing at its end. Raises PartialBusy, PartialMissing."""
        ...

    def partial_bytes(self, name: str) -> int | None:
        """Return the bytes of a partial, even while it is being written; None where there is none."""
        ...

    def discard(self, name: str) -> None:
        """Remove the partial, if it exists; its writer can no longer commit it."""
        ...

    def adopt(self, path: Path) -> str:
        """Make a local file an object and remove the file; return the object's key."""
        ...

    def read(self, key: str, start: int, end: int) -> Iterator[memoryview]:
        """Yield bytes [start, end) of the object in pieces; each view is valid until the next.

        Raises FileNotFoundError, and ObjectDamaged where it is not what was stored.
        """
        ...

    def size(self, key: str) -> int:
        """Return the bytes of the object. Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object, if it exists."""
        ...

    def keys(self) -> Iterator[str]:
        """Yield the keys of all objects."""
        ...

    def free_bytes(self) -> int | None:
        """Return the room for more in bytes; None where it is unlimited."""
        ...

    def sweep(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        """Remove objects and partials that are not among these, where they are older; return how many."""
        ...


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """An object that a client put into the bucket, and what distinguishes it from anything put later."""

    name: str
    bytes: int
    etag: str
    version: str  # where the bucket keeps versions, else empty


class DirectStore(Store, Protocol):
    """A store that clients may upload to directly.

    A name can be put to again for as long as a URL for it lives. So what is there at one moment is pinned:
    reading the object then gives those bytes, or ObjectDamaged.
    """

    def presign_put(self, name: str, expires_s: float) -> str:
        """Return a URL that takes one plain PUT, any number of times, until it expires."""
        ...

    def find_direct(self, name: str) -> Pinned | None:
        """Return what was last put under this name, if anything was."""
        ...

    def pin(self, found: Pinned) -> str:
        """Make it an object, which `delete` removes together with what was put; return its key."""
        ...

    def unpin(self, key: str) -> None:
        """Undo `pin`; what was put stays."""
        ...
