"""Where a body ends: by its length, by its chunks, or where its feeder says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol


class Framing(Protocol):
    """Separates the bytes of a body from what follows it.

    `finished`: the body has ended. `rest`: the bytes that came behind it. `trailer`: the fields that came
    with its end, by names in lower case.
    """

    @property
    def finished(self) -> bool: ...

    @property
    def rest(self) -> bytes: ...

    @property
    def trailer(self) -> Mapping[str, tuple[str, ...]]: ...

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        """Yield the bytes of the body in `data`, as slices of it. Raises BadFraming."""
        ...

    def end(self) -> None:
        """Take notice that nothing more comes. Raises BadFraming where the body may not end here."""
        ...


class SizedBody:
    """A body of a known length in bytes."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.finished = length == 0
        self.rest = b""
        self.trailer: Mapping[str, tuple[str, ...]] = {}

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        part = data[: self._left]
        self._left -= len(part)
        yield part
        self.finished = not self._left
        self.rest = bytes(data[len(part) :])

    def end(self) -> None:
        """Accept the end: whoever feeds it knows by `finished`."""


class DecodedBody:
    """A body without framing, decoded elsewhere; it ends with `Receiver.end_feed`."""

    def __init__(self) -> None:
        self.finished = False
        self.rest = b""
        self.trailer: Mapping[str, tuple[str, ...]] = {}

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        yield data

    def end(self) -> None:
        """Accept the end, which somebody else has found."""
