"""Digests that come with an upload, and those that a client wants back.

Sources: RFC 9530 (Content-Digest, Repr-Digest, Want-Repr-Digest), RFC 1864
(Content-MD5), the checksum extension of tus 1.0.0 (Upload-Checksum), and the header
`x-amz-checksum-sha256` that clients of object stores send.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scribedock.errors import InvalidQuery
from scribedock.uploads.http.head import RequestHead

RFC_9530 = {"sha-256": "sha256", "sha-512": "sha512"}
"""Algorithms of RFC 9530 that are not broken, by hashlib's names; others are passed over (§2)."""
TUS = {"sha1": "sha1", "md5": "md5", "sha256": "sha256", "sha512": "sha512"}
MEMBER = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)\s*=\s*(?::([A-Za-z0-9+/=]*):|([0-9]+))\s*\Z")
MISMATCH = 460  # of tus


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A digest that the bytes must have."""

    header: str  # where it stood
    algorithm: str  # hashlib's name
    digest: bytes
    mismatch: int = 400  # status of the answer where it does not match


@dataclass(frozen=True, kw_only=True)
class Digests:
    """All that a request says of digests."""

    content: tuple[Expected, ...]  # of the body of this request
    whole: tuple[Expected, ...]  # of the recording
    wanted: bool  # a sha-256 of the recording is wanted back


def digests_of(head: RequestHead) -> Digests:
    """Raises InvalidQuery where a digest is malformed."""
    content = [*_fields(head, "content-digest"), *_old_headers(head), *_checksum(head)]
    return Digests(
        content=tuple(content),
        whole=tuple(_fields(head, "repr-digest")),
        wanted=any(name == "sha-256" and number for name, _, number in _members(head, "want-repr-digest")),
    )


def repr_digest(digest: bytes) -> str:
    """The value of Repr-Digest for a sha-256."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def pack(expected: Iterable[Expected]) -> str:
    """Digests of the recording as text, to be kept until it is whole."""
    return " ".join(f"{each.algorithm}:{each.digest.hex()}" for each in expected)


def unpack(text: str) -> tuple[Expected, ...]:
    return tuple(
        Expected(header="Repr-Digest", algorithm=name, digest=bytes.fromhex(digest))
        for name, _, digest in (part.partition(":") for part in text.split())
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
        """Raises InvalidQuery for the first that does not match."""
        for each in expected:
            if self.digest(each.algorithm) != each.digest:
                raise InvalidQuery(
                    f"The bytes that came do not match {each.header}: their {each.algorithm} is "
                    f"{self.digest(each.algorithm).hex()}, not {each.digest.hex()}; send them again",
                    status=each.mismatch,
                )


def _members(head: RequestHead, name: str) -> Iterator[tuple[str, bytes | None, int]]:
    """Name, bytes and number of each member of a dictionary (RFC 9651 §3.2), of the kinds used here."""
    for value in head.headers.get(name, ()):
        for part in value.split(","):
            found = MEMBER.match(part)
            if found is None:
                raise malformed(name, "sha-256=:BASE64:" if name != "want-repr-digest" else "sha-256=1")
            encoded = found[2]
            yield found[1], None if encoded is None else _decoded(name, encoded), int(found[3] or 0)


def _fields(head: RequestHead, name: str) -> Iterator[Expected]:
    for key, digest, _ in _members(head, name):
        if digest is None:
            raise malformed(name, "sha-256=:BASE64:")
        if key in RFC_9530:
            yield _expected(name, RFC_9530[key], digest)


def _old_headers(head: RequestHead) -> Iterator[Expected]:
    for name, algorithm in (("content-md5", "md5"), ("x-amz-checksum-sha256", "sha256")):
        text = head.first(name)
        if text is not None:
            yield _expected(name, algorithm, _decoded(name, text.strip()))


def _checksum(head: RequestHead) -> Iterator[Expected]:
    text = head.first("upload-checksum")
    if text is None:
        return
    name, _, encoded = text.strip().partition(" ")
    if name not in TUS:
        raise InvalidQuery(f"Upload-Checksum: {name[:20]!r} is not known here; use {', '.join(TUS)}")
    yield _expected("upload-checksum", TUS[name], _decoded("upload-checksum", encoded.strip()), MISMATCH)


def _expected(name: str, algorithm: str, digest: bytes, mismatch: int = 400) -> Expected:
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    if len(digest) != size:
        raise InvalidQuery(f"{name.title()}: a {algorithm} has {size} bytes, not {len(digest)}")
    return Expected(header=name.title(), algorithm=algorithm, digest=digest, mismatch=mismatch)


def _decoded(name: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise malformed(name, "base64") from None


def malformed(name: str, right: str) -> InvalidQuery:
    return InvalidQuery(f"{name.title()} is malformed; it must be {right}")
