"""Who may write a partial, and how it ended: decided by the store, not by a clock.

The journal of a partial is a row of numbered entries, `partials/<name>/00000001` and on. The highest one
counts. A process that wants to move on from entry n creates entry n+1, which every store does for one of them
only (If-None-Match: *); and then looks whether n is still there, because entries are removed lowest first:
without n, the others have moved on.

So of a writer that commits, one that takes over and one that discards, exactly one succeeds, whatever their
clocks say and however long any of them was asleep; and one that was overtaken learns of it, at the latest,
when it commits.

Only how soon a *crashed* writer's partial may be taken over depends on clocks: a writer shows every BEAT_S
that it is alive, and is presumed dead LEASE_S after its last sign (by the store's clock, and by that of the
process that asks). A writer that sleeps this long is mistaken for dead: its bytes stay its own, and its
commit fails.

(A conditional update of one object, If-Match, would be simpler. Ceph's gateway 16 answers it with 412
whenever the ETag has quotes.)
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.layout import PARTIALS
from scribedock.storage.cloud.manifest import StoredPart, damaged, packed, unpacked

BEAT_S = 10
LEASE_S = 30
BEAT, IDLE = ".beat", ".idle"
FILE_PATTERN = re.compile(r"([0-9]{8})(\.beat|\.idle)?\Z")


class EntryKind(StrEnum):
    WRITING = "writing"
    COMMITTED = "committed"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    kind: EntryKind
    writer: str  # the process
    parts: tuple[StoredPart, ...] = ()  # stored before this entry, and still wanted
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def to_json(self) -> bytes:
        return json.dumps(
            {
                "kind": self.kind.value,
                "writer": self.writer,
                "token": self.token,
                "parts": packed(self.parts),
            }
        ).encode()

    @staticmethod
    def from_json(data: bytes) -> JournalEntry:
        """Return the entry. Raises StoreFault for a damaged one."""
        try:
            found = json.loads(data)
            return JournalEntry(
                kind=EntryKind(found["kind"]),
                writer=str(found["writer"]),
                token=str(found["token"]),
                parts=unpacked(found["parts"]),
            )
        except (ValueError, KeyError, TypeError):
            raise damaged() from None


@dataclass(frozen=True, kw_only=True)
class JournalState:
    """The state of the journal in the store."""

    number: int  # of the highest entry
    heard: datetime  # the last sign of life
    idle: bool  # whether its writer has left

    def silent_for(self, now: datetime) -> timedelta:
        return now - self.heard


class Journal:
    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket = bucket
        self._folder = f"{PARTIALS}/{name}"

    def begin(self, entry: JournalEntry) -> None:
        """Make the first entry."""
        self._bucket.put(self._path(1), entry.to_json())

    def state(self) -> JournalState | None:
        """Return the state of the journal; None where there is no such partial."""
        numbers = {}
        beats = {}
        idle = set()
        for number, kind, modified in self._files():
            if kind == IDLE:
                idle.add(number)
            elif kind == BEAT:
                beats[number] = modified
            else:
                numbers[number] = modified
        if not numbers:
            return None
        last = max(numbers)
        return JournalState(
            number=last,
            heard=max(numbers[last], beats.get(last, numbers[last])),
            idle=last in idle,
        )

    def read(self, number: int) -> JournalEntry:
        """Return an entry. Raises FileNotFoundError where other writers have moved on from it."""
        return JournalEntry.from_json(self._bucket.get(self._path(number)))

    def advance(self, number: int, entry: JournalEntry) -> bool:
        """Move on from entry `number`; return False where another writer already has."""
        path = self._path(number + 1)
        if not self._bucket.create(path, entry.to_json()):
            try:
                mine = self.read(number + 1).token == entry.token
            except FileNotFoundError:
                return False
            if not mine:
                return False
        if self._bucket.exists(self._path(number)):
            return True
        self._bucket.delete([path])
        return False

    def holds(self, number: int) -> bool:
        """Return whether nobody has moved on from this entry and cleared it away."""
        return self._bucket.exists(self._path(number))

    def beat(self, number: int) -> None:
        self._bucket.put(self._path(number) + BEAT, b"")

    def leave(self, number: int) -> None:
        """Say that the writer has left, so that nobody has to wait for its lease to end."""
        self._bucket.put(self._path(number) + IDLE, b"")

    def clear(self, numbers: Iterable[int]) -> None:
        """Remove these entries, lowest first."""
        for number in sorted(numbers):
            path = self._path(number)
            self._bucket.delete([path, path + BEAT, path + IDLE])

    def clear_up_to(self, number: int) -> None:
        """Remove every entry up to this one, lowest first."""
        found = {each for each, _, _ in self._files()}
        self.clear(each for each in found if each <= number)

    def _files(self) -> Iterator[tuple[int, str, datetime]]:
        for found in self._bucket.list(self._folder):
            match = FILE_PATTERN.match(found.path.rpartition("/")[2])
            if match:
                yield int(match[1]), match[2] or "", found.modified

    def _path(self, number: int) -> str:
        return f"{self._folder}/{number:08d}"
