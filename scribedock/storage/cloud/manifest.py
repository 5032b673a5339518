"""The parts of a recording, in order, and how they are written down.

A recording is a sequence of objects of its own.  They are never changed: each is read
under the condition that it is still the one with the ETag that the manifest names.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scribedock.storage.cloud.bucket import StoreFault

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class StoredPart:
    path: str
    bytes: int  # how many of the object's bytes count, from its beginning
    etag: str
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Some bytes of a part, and where in the recording they belong."""

    part: StoredPart
    start: int
    end: int
    offset: int


def total(parts: Iterable[StoredPart]) -> int:
    return sum(part.bytes for part in parts)


def cut(parts: Iterable[StoredPart], size: int) -> tuple[StoredPart, ...]:
    """Return the parts that hold the first `size` bytes."""
    kept = []
    for part in parts:
        if size <= 0:
            break
        taken = min(part.bytes, size)
        kept.append(StoredPart(path=part.path, bytes=taken, etag=part.etag, version=part.version))
        size -= taken
    return tuple(kept)


def ranges(parts: Iterable[StoredPart], largest: int) -> Iterator[Range]:
    """Yield the whole recording in ranges of at most `largest` bytes."""
    offset = 0
    for part in parts:
        for start in range(0, part.bytes, largest):
            end = min(start + largest, part.bytes)
            yield Range(part=part, start=start, end=end, offset=offset + start)
        offset += part.bytes


def packed(parts: Iterable[StoredPart]) -> list[list[str | int]]:
    return [[part.path, part.bytes, part.etag, part.version] for part in parts]


def unpacked(rows: object) -> tuple[StoredPart, ...]:
    """Return the parts. Raises StoreFault where the rows are not what `packed` makes."""
    try:
        parts = tuple(
            StoredPart(path=str(path), bytes=int(size), etag=str(etag), version=str(version))
            for path, size, etag, version in rows  # type: ignore[attr-defined]
        )
    except (ValueError, TypeError):
        raise damaged() from None
    if any(part.bytes < 0 for part in parts):
        raise damaged()
    return parts


def to_json(parts: Iterable[StoredPart]) -> bytes:
    return json.dumps({"format": FORMAT, "parts": packed(parts)}).encode()


def from_json(data: bytes) -> tuple[StoredPart, ...]:
    """Return the parts in a manifest. Raises StoreFault for a damaged one."""
    try:
        found = json.loads(data)
        known = isinstance(found, dict) and found.get("format") == FORMAT
    except ValueError:
        known = False
    if not known:
        raise damaged()
    return unpacked(found.get("parts"))


def damaged() -> StoreFault:
    return StoreFault(errno.EBADMSG, "a manifest in the store cannot be read")
