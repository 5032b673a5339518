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
    """Somebody else is writing this partial."""


class PartialMissing(Exception):
    """There is no such partial (any more)."""


class StoreUnavailable(OSError):
    """The store is out of reach, or refuses us. What it has stays as it is, and can be gone on with."""


class ObjectDamaged(Exception):
    """The object is not any more what it was when it was stored: overwritten, or in part gone."""


class Partial(Protocol):
    """A recording being written, by one writer at a time.

    Leaving its `with` block without `commit` or `suspend` discards it. All methods raise OSError:
    ENOSPC or EDQUOT where there is no room, StoreUnavailable where the store may work again later.
    """

    @property
    def name(self) -> str:
        """Under which it can be resumed: 32 hex digits."""
        ...

    @property
    def bytes(self) -> int:
        """How many there are."""
        ...

    def write(self, data: memoryview) -> None:
        """Appends all of `data`."""
        ...

    def sync(self) -> int:
        """Makes what was written survive a crash of the machine; returns how many bytes do."""
        ...

    def truncate(self, size: int) -> None:
        """Forgets what lies behind the first `size` bytes."""
        ...

    def read(self) -> Iterator[memoryview]:
        """All bytes so far; each view is good until the next."""
        ...

    def commit(self) -> str:
        """Makes it an object, whole and durable; returns its key, 32 hex digits.

        Raises PartialMissing where it was discarded meanwhile.
        """
        ...

    def suspend(self) -> None:
        """Leaves it as it is, for `resume`; everything written is in the store then.

        Where it fails with StoreUnavailable, it has let go of the partial all the same.
        """
        ...

    def discard(self) -> None: ...

    def __enter__(self) -> Partial: ...

    def __exit__(self, *error: object) -> None: ...


class Store(Protocol):
    def begin(self) -> Partial: ...

    def resume(self, name: str) -> Partial:
        """Goes on with a partial, for writing at its end. Raises PartialBusy, PartialMissing."""
        ...

    def partial_bytes(self, name: str) -> int | None:
        """How many bytes a partial has, also while it is being written; None where there is none."""
        ...

    def discard(self, name: str) -> None:
        """Removes the partial, if it is there; whoever writes it can't commit it any more."""
        ...

    def adopt(self, path: Path) -> str:
        """Makes a local file an object, and removes the file; returns its key."""
        ...

    def local(self, key: str) -> AbstractContextManager[Path]:
        """The object as a local file, for as long as the block lasts.

        Raises FileNotFoundError; ObjectDamaged where it is not what was stored.
        """
        ...

    def read(self, key: str, start: int, end: int) -> Iterator[memoryview]:
        """Bytes [start, end) of the object, piece by piece; each view is good until the next.

        Raises FileNotFoundError; ObjectDamaged where it is not what was stored.
        """
        ...

    def size(self, key: str) -> int:
        """Bytes of the object. Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Removes the object, if it is there."""
        ...

    def keys(self) -> Iterator[str]:
        """The keys of all objects."""
        ...

    def free_bytes(self) -> int | None:
        """Room for more; None: as much as anybody wants."""
        ...

    def sweep(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        """Removes objects and partials but these, where they are older; returns how many."""
        ...


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """What a client has put into the bucket itself, and by what it is told from anything put there later."""

    name: str
    bytes: int
    etag: str
    version: str  # where the bucket keeps versions, else empty


class DirectStore(Store, Protocol):
    """A store that clients may upload to without us, if `takes_direct_uploads`.

    A name can be put to again for as long as a URL for it lives. So what is there at one moment is
    pinned: reading the object then gives those bytes, or ObjectDamaged.
    """

    @property
    def takes_direct_uploads(self) -> bool: ...

    def presign_put(self, name: str, expires_s: float) -> str:
        """A URL that takes one plain PUT, any number of times, until it expires."""
        ...

    def find_direct(self, name: str) -> Pinned | None:
        """What was put to this name last, if anything was."""
        ...

    def pin(self, found: Pinned) -> str:
        """Makes it an object, which `delete` removes together with what was put; returns its key."""
        ...

    def unpin(self, key: str) -> None:
        """Undoes `pin`; what was put stays."""
        ...
