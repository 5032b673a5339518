"""Where a body ends: by its length, by its chunks, or where its feeder says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Framing(Protocol):
    """Separates the bytes of a body from what follows it.

    `finished`: the body has ended. `rest`: the bytes after it.
    """

    finished: bool
    rest: bytes

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        """Yield the bytes of the body in `data`, as slices of it. Raises BadFraming."""
        ...


class SizedBody:
    """A body of a known length in bytes."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.finished = length == 0
        self.rest = b""

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        part = data[: self._left]
        self._left -= len(part)
        yield part
        self.finished = not self._left
        self.rest = bytes(data[len(part) :])


class DecodedBody:
    """A body without framing, decoded elsewhere; it ends with `Receiver.end_feed`."""

    def __init__(self) -> None:
        self.finished = False
        self.rest = b""

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        yield data
