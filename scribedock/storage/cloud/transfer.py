"""Sends parts to a bucket and fetches them, a bounded number at a time, for all recordings together.

What this costs: the parts being sent (PARTS_IN_FLIGHT of PART_BYTES, at most 128 MiB), and for each
recording being written a part that fills up.  The more recordings, the smaller the parts, so
that these together stay within BUFFERED_BYTES up to 256 of them, and are a
mebibyte each beyond.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from scribedock.storage.cloud.bucket import Bucket, ObjectChanged
from scribedock.storage.cloud.manifest import StoredPart, ranges
from scribedock.storage.store import ObjectDamaged

PART_BYTES = 8 * 1024 * 1024
MIN_PART_BYTES = 1024 * 1024
BUFFERED_BYTES = 256 * 1024 * 1024
PARTS_IN_FLIGHT = 16
THREADS = 8
PARALLEL_READS = 4


class PartTransfer:
    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._slots = threading.BoundedSemaphore(PARTS_IN_FLIGHT)
        self._senders = ThreadPoolExecutor(THREADS, thread_name_prefix="part")
        self._fetchers = ThreadPoolExecutor(PARALLEL_READS, thread_name_prefix="fetch")

    def send(self, path: str, data: bytearray) -> Future[str]:
        """Put the part; the result is its ETag. Blocks while too many are being sent."""
        self._slots.acquire()
        try:
            future = self._senders.submit(self._bucket.put, path, data)
        except BaseException:
            self._slots.release()
            raise
        future.add_done_callback(lambda _: self._slots.release())
        return future

    def fetch(self, parts: Iterable[StoredPart], descriptor: int) -> None:
        """Write the whole recording to the file. Raises ObjectDamaged, OSError."""

        def bring(part: StoredPart, start: int, end: int, offset: int) -> None:
            data = read(self._bucket, part, start, end)
            while data:
                written = os.pwrite(descriptor, data, offset)
                data, offset = data[written:], offset + written

        futures = [
            self._fetchers.submit(bring, each.part, each.start, each.end, each.offset)
            for each in ranges(parts, PART_BYTES)
        ]
        try:
            for future in futures:
                future.result()
        finally:
            for future in futures:
                future.cancel()
            for future in futures:
                if not future.cancelled():
                    future.exception()

    def read(
        self, parts: Iterable[StoredPart], start: int = 0, end: int | None = None
    ) -> Iterator[memoryview]:
        """Yield bytes [start, end) of the recording in pieces; `end` None means to its end."""
        for each in ranges(parts, PART_BYTES):
            first = each.start + max(0, start - each.offset)
            after = each.end if end is None else min(each.end, each.start + end - each.offset)
            if first < after:
                yield read(self._bucket, each.part, first, after)


def part_bytes(open_partials: int) -> int:
    """Return how large a part may grow while this many recordings are being written."""
    fair = BUFFERED_BYTES // max(open_partials, 1)
    return max(MIN_PART_BYTES, min(PART_BYTES, fair))


def read(bucket: Bucket, part: StoredPart, start: int, end: int) -> memoryview:
    """Return bytes [start, end) of a part. Raises ObjectDamaged where it is gone or was changed."""
    try:
        return bucket.read(part.path, start, end, etag=part.etag, version=part.version)
    except (ObjectChanged, FileNotFoundError):
        raise ObjectDamaged(part.path) from None
