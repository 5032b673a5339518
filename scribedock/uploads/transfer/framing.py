"""Where a body ends: by its length, by its chunks, or where whoever feeds it says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Framing(Protocol):
    """Told what comes, knows what of it is the body.

    `finished`: the body has ended. `rest`: the bytes that came behind it.
    """

    finished: bool
    rest: bytes

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        """Yield the bytes of the body in `data`, as slices of it. Raise BadFraming."""
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
    """A body that somebody else has taken out of its framing; it ends with `Receiver.end_feed`."""

    def __init__(self) -> None:
        self.finished = False
        self.rest = b""

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        yield data
