"""The objects that hold a partial's bytes: their paths, and which of them count."""

from __future__ import annotations

import re

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.journal import JournalEntry
from scribedock.storage.cloud.layout import PARTS
from scribedock.storage.cloud.manifest import StoredPart

PART_NAME = re.compile(r"([0-9]{15})-([0-9]{1,15})\Z")


def session(name: str, number: int) -> str:
    """Return the folder for the parts of a journal entry's holder, separate from anybody else's."""
    return f"{PARTS}/{name}/{number:08d}"


def stored(bucket: Bucket, name: str, number: int, entry: JournalEntry) -> tuple[StoredPart, ...]:
    """Return the stored parts of the partial, from its beginning, without a gap."""
    longest: dict[int, StoredPart] = {}
    for found in bucket.list(session(name, number)):
        match = PART_NAME.match(found.path.rpartition("/")[2])
        if match and found.bytes == int(match[2]):
            start = int(match[1])
            known = longest.get(start)
            if known is None or known.bytes < found.bytes:
                longest[start] = StoredPart(path=found.path, bytes=found.bytes, etag=found.etag)
    parts: list[StoredPart] = []
    position = 0
    for part in entry.parts:
        if position in longest:  # from here on the holder of this entry has sent a part whole
            break
        parts.append(part)
        position += part.bytes
    while position in longest:
        part = longest[position]
        parts.append(part)
        position += part.bytes
    return tuple(parts)


def remove_parts(bucket: Bucket, name: str) -> None:
    bucket.delete([found.path for found in bucket.list(f"{PARTS}/{name}")])


def part_path(name: str, number: int, start: int, size: int) -> str:
    return f"{session(name, number)}/{start:015d}-{size}"
