"""Recordings in an object store: copied into the backup and back, or left to the bucket.

The copies in a backup are files under the keys of the store, so a backup of either kind of store can be
restored into the other. Unfinished uploads are not copied: clients begin them anew.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from scribedock.backup.databases import Progress
from scribedock.backup.errors import BackupError
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.file import FileStore
from scribedock.storage.store import ObjectDamaged

AT_ONCE = 4  # recordings under way
MAX_NAMED = 5  # keys that a message names


@dataclass(kw_only=True)
class BucketCopy:
    """Objects on their way from a bucket into the folder of a backup."""

    source: CloudStore
    target: FileStore
    linked: int = 0
    copied: int = 0

    def objects(self, keys: Iterable[str], progress: Progress) -> tuple[str, ...]:
        """Copy the objects that are not there yet; return the keys of those that do not exist.

        Raises BackupError for one that is damaged, OSError.
        """
        wanted = [key for key in sorted(keys) if not self.target.path(key).exists()]
        missing = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            under_way = {pool.submit(self._copy, key): key for key in wanted}
            for number, each in enumerate(as_completed(under_way), 1):
                if each.result():
                    self.copied += 1
                else:
                    missing.append(under_way[each])
                progress(number, len(wanted))
        return tuple(sorted(missing))

    def partials(self, names: Iterable[str]) -> int:
        """Copy none: what an upload has sent so far is in the bucket alone."""
        return 0

    def _copy(self, key: str) -> bool:
        target = self.target.path(key)
        fresh = target.with_name(f".{key}.part")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as writing:
                for view in self.source.read(key, 0, self.source.size(key)):
                    writing.write(view)
                writing.flush()
                os.fsync(writing.fileno())
            fresh.replace(target)
        except FileNotFoundError:  # it was deleted meanwhile
            return False
        except ObjectDamaged:
            raise BackupError(f"the recording {key} is not what was stored in the bucket") from None
        finally:
            fresh.unlink(missing_ok=True)
        return True


@dataclass(kw_only=True)
class LeftInBucket:
    """Objects that stay where they are: of those that a database names, it is known which are there."""

    source: CloudStore
    linked: int = 0
    copied: int = 0

    def objects(self, keys: Iterable[str], progress: Progress) -> tuple[str, ...]:
        """Return the keys of those that do not exist."""
        wanted = set(keys)
        missing = tuple(sorted(wanted - set(self.source.keys()))) if wanted else ()
        progress(len(wanted), len(wanted))
        return missing

    def partials(self, names: Iterable[str]) -> int:
        """Return how many of the partials are in the bucket."""
        return sum(self.source.partial_bytes(name) is not None for name in names)


def put_objects(source: FileStore, target: CloudStore, keys: Iterable[str], progress: Progress) -> int:
    """Put the objects into the bucket that are not there yet, under their keys; return how many."""
    there = set(target.keys())
    wanted = sorted(set(keys) - there)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way = [pool.submit(target.put, source.path(key), key) for key in wanted]
        for number, each in enumerate(as_completed(under_way), 1):
            each.result()
            progress(number, len(wanted))
    return len(wanted)


def check_bucket(
    store: CloudStore,
    place: str,
    named: Mapping[str, int | None],
    *,
    kept: bool,
    erased: Collection[str],
    replace: bool,
) -> None:
    """Check that a database that names these objects can be used with the bucket.

    kept: the objects are in the bucket alone. erased: keys that may be missing. replace: whether what is in
    the bucket and is not named may be lost. Raises BackupError.
    """
    there = set(store.keys())
    lost = sorted(named.keys() - there - set(erased)) if kept else []
    if lost:
        raise BackupError(
            f"{len(lost):,} recordings of the backup are not in {place} any more, such as "
            f"{', '.join(lost[:MAX_NAMED])}: bring objects/<key>/… and what they name back from the bucket's "
            "versions or its replica first (docs/backup.md)"
        )
    others = len(there - named.keys())
    if others and not replace:
        raise BackupError(
            f"{others:,} recordings in {place} are not in the backup, and a worker would soon remove them: "
            "if another installation uses that place, set SCRIBEDOCK_STORAGE_URL to another; if they came "
            "after the backup, use --replace to give them up"
        )
