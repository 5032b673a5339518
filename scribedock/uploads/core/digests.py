"""Digests that the bytes of an upload must have, and those that a client wants back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scribedock.uploads.core.errors import WrongBytes


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A digest that the bytes must have."""

    header: str  # where the client gave it
    algorithm: str  # hashlib's name
    digest: bytes
    mismatch: int = 400  # status of the answer where it does not match


@dataclass(frozen=True, kw_only=True)
class Digests:
    """All that a request says about digests."""

    content: tuple[Expected, ...] = ()  # of the body of this request
    whole: tuple[Expected, ...] = ()  # of the recording
    wanted: bool = False  # a sha-256 of the recording is wanted back


NO_DIGESTS = Digests()


class DigestMismatch(WrongBytes):
    """The bytes do not have a digest that the client gave."""

    def __init__(self, expected: Expected, found: bytes) -> None:
        super().__init__(
            f"The bytes that came do not match {expected.header}: their {expected.algorithm} is "
            f"{found.hex()}, not {expected.digest.hex()}; send them again",
            status=expected.mismatch,
        )


class Digester:
    """Hashes what it is fed, by each algorithm once."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        self._hashes: dict[str, Any] = {
            name: hashlib.new(name, usedforsecurity=False) for name in sorted(set(algorithms))
        }

    def update(self, data: memoryview) -> None:
        for each in self._hashes.values():
            each.update(data)

    def digest(self, algorithm: str) -> bytes:
        return bytes(self._hashes[algorithm].digest())

    def check(self, expected: Iterable[Expected]) -> None:
        """Raise DigestMismatch for the first digest that the bytes do not have."""
        for each in expected:
            found = self.digest(each.algorithm)
            if found != each.digest:
                raise DigestMismatch(each, found)


def pack(expected: Iterable[Expected]) -> str:
    """Write digests of the recording as text, to be kept until it is whole."""
    return " ".join(f"{each.algorithm}:{each.digest.hex()}" for each in expected)


def unpack(text: str) -> tuple[Expected, ...]:
    """Read what `pack` wrote."""
    return tuple(
        Expected(header="Repr-Digest", algorithm=name, digest=bytes.fromhex(digest))
        for name, _, digest in (part.partition(":") for part in text.split())
    )
