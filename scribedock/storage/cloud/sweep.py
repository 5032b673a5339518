"""Removes from a bucket what nothing refers to.

The order of the listings matters. A recording's parts are put after its journal is opened and before its
manifest is written, and the journal is cleared after that. So parts are listed first, then journals, then
manifests: whatever is alive is seen in one of the later two.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from scribedock.clock import Clock
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.layout import DIRECT, OBJECTS, PARTIALS, PARTS, ours
from scribedock.storage.names import NAME_PATTERN


class Sweep:
    def __init__(
        self,
        bucket: Bucket,
        *,
        discard: Callable[[str], None],
        remove_bytes: Callable[[str], None],
        is_open: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._bucket = bucket
        self._discard = discard
        self._remove_bytes = remove_bytes
        self._is_open = is_open
        self._clock = clock

    def run(self, *, objects: frozenset[str], partials: frozenset[str], older_than_s: float) -> int:
        """Remove what is neither among these nor younger; return how many recordings, whole or partial."""
        before = self._clock.now() - timedelta(seconds=older_than_s)
        with_parts = {name for name in self._bucket.folders(PARTS) if NAME_PATTERN.match(name)}
        put_directly = {name: found.modified for (_, name), found in ours(self._bucket, DIRECT, 2)}
        journals = self._journals()
        kept, dropped = self._manifests(objects, before)
        removed = 0
        for path, name in dropped:
            self._bucket.delete([path])
            removed += 1
            if name not in kept | partials and not (name in journals and self._is_open(name)):
                self._remove_bytes(name)
        gone = {name for _, name in dropped}
        for name, heard in journals.items():
            if name not in partials and heard < before:
                removed += self._end(name)
        for name in with_parts - journals.keys() - kept - partials - gone:
            removed += self._remove_orphan(name, before)
        for name, modified in put_directly.items():
            if name not in kept | partials | gone and modified < before:
                self._remove_bytes(name)
                removed += 1
        return removed

    def _journals(self) -> dict[str, datetime]:
        """Return when each partial's journal was last written to."""
        heard: dict[str, datetime] = {}
        for found in self._bucket.list(PARTIALS):
            _, name, *rest = found.path.split("/")
            if NAME_PATTERN.match(name) and rest:
                heard[name] = max(found.modified, heard.get(name, found.modified))
        return heard

    def _manifests(self, objects: frozenset[str], before: datetime) -> tuple[set[str], list[tuple[str, str]]]:
        """Return the names whose bytes are kept, and (path, name) of the manifests to remove."""
        kept = set()
        dropped = []
        for (_, key, name), found in ours(self._bucket, OBJECTS, 3):
            if key in objects or found.modified >= before:
                kept.add(name)
            else:
                dropped.append((found.path, name))
        return kept, dropped

    def _end(self, name: str) -> int:
        """Discard a partial, or clear away the rest of a journal that has ended."""
        was_open = self._is_open(name)
        self._discard(name)
        self._bucket.delete([each.path for each in self._bucket.list(f"{PARTIALS}/{name}")])
        return int(was_open)

    def _remove_orphan(self, name: str, before: datetime) -> int:
        parts = list(self._bucket.list(f"{PARTS}/{name}"))
        if any(part.modified >= before for part in parts):
            return 0
        self._bucket.delete([part.path for part in parts])
        return int(bool(parts))
