"""Digests that the bytes of an upload must have, and those that a client wants back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scribedock.uploads.checksums import new_hash
from scribedock.uploads.core.errors import WrongBytes

MAX_UNVERIFIED = 5  # names that are kept of digests that cannot be checked
MAX_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A digest that the bytes must have."""

    header: str  # where the client gave it
    algorithm: str  # a name of `checksums`
    digest: bytes
    mismatch: int = 400  # status of the answer where it does not match


@dataclass(frozen=True, kw_only=True)
class Digests:
    """All that a request says about digests."""

    content: tuple[Expected, ...] = ()  # of the body of this request
    whole: tuple[Expected, ...] = ()  # of the recording
    wanted: bool = False  # a sha-256 of the recording is wanted back
    trailing: tuple[str, ...] = ()
    """Algorithms of digests that come behind the body. They are computed on the way, so it is read once."""
    unverified: tuple[str, ...] = ()
    """Names, without spaces, of digests that cannot be checked here; the upload's task tells of them."""


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
        self._hashes = {name: new_hash(name) for name in sorted(set(algorithms))}

    def update(self, data: memoryview) -> None:
        for each in self._hashes.values():
            each.update(data)

    def knows(self, algorithms: Iterable[str]) -> bool:
        """Return whether all of these are computed."""
        return self._hashes.keys() >= set(algorithms)

    def digest(self, algorithm: str) -> bytes:
        return bytes(self._hashes[algorithm].digest())

    def check(self, expected: Iterable[Expected]) -> None:
        """Raise DigestMismatch for the first digest that the bytes do not have."""
        for each in expected:
            found = self.digest(each.algorithm)
            if found != each.digest:
                raise DigestMismatch(each, found)


def named(unverified: Iterable[str]) -> tuple[str, ...]:
    """Return the names of digests that cannot be checked: each once, not too many, none too long."""
    return tuple(dict.fromkeys(name[:MAX_NAME] for name in unverified))[:MAX_UNVERIFIED]


def pack(expected: Iterable[Expected], unverified: Iterable[str] = ()) -> str:
    """Write digests of the recording, and the names of those that cannot be checked, as text to be kept."""
    digests = (f"{each.algorithm}:{each.digest.hex()}" for each in expected)
    names = (f"?{name}" for name in named(unverified))
    return " ".join((*dict.fromkeys(digests), *names))


def unpack(text: str) -> tuple[Expected, ...]:
    """Read the digests that `pack` has written."""
    return tuple(
        Expected(header="Repr-Digest", algorithm=name, digest=bytes.fromhex(digest))
        for name, colon, digest in (part.partition(":") for part in text.split())
        if colon
    )


def unpack_unverified(text: str) -> tuple[str, ...]:
    """Read the names that `pack` has written."""
    return tuple(part[1:] for part in text.split() if part.startswith("?"))
