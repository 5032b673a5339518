"""Digest algorithms by name: those of hashlib, and the checksums that it lacks.

A checksum behaves as an object of hashlib, and its digest is the number in four bytes, highest first, as RFC
9530 §5, S3's `x-amz-checksum-*` and Google's `x-goog-hash` give it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Protocol

import google_crc32c


class Hash(Protocol):
    """What is used of an object of hashlib."""

    def update(self, data: memoryview, /) -> None: ...

    def digest(self) -> bytes: ...


class Checksum:
    """A running checksum of 32 bits."""

    def __init__(self, extend: Callable[[memoryview, int], int], start: int) -> None:
        self._extend = extend
        self._value = start

    def update(self, data: memoryview) -> None:
        self._value = self._extend(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


CHECKSUMS: dict[str, Callable[[], Checksum]] = {
    "crc32": lambda: Checksum(zlib.crc32, 0),
    # The library takes immutable bytes only; the copy costs a tenth of the checksum.
    "crc32c": lambda: Checksum(lambda data, value: google_crc32c.extend(value, bytes(data)), 0),
    "adler32": lambda: Checksum(zlib.adler32, 1),
}


def new_hash(algorithm: str) -> Hash:
    """Return a running digest of nothing so far. Raises ValueError for an algorithm that is not known."""
    checksum = CHECKSUMS.get(algorithm)
    return hashlib.new(algorithm, usedforsecurity=False) if checksum is None else checksum()


def digest_size(algorithm: str) -> int:
    """Return the bytes of a digest."""
    return len(new_hash(algorithm).digest())
