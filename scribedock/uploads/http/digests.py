"""The headers that carry digests of an upload.

Sources: RFC 9530 (Content-Digest, Repr-Digest, Want-Repr-Digest), RFC 1864
(Content-MD5), the checksum extension of tus 1.0.0 (Upload-Checksum), and the header
`x-amz-checksum-sha256` that clients of object stores send.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from scribedock.errors import InvalidQuery
from scribedock.uploads.core.digests import Digests, Expected
from scribedock.uploads.http.head import RequestHead

RFC_9530 = {"sha-256": "sha256", "sha-512": "sha512"}
"""Algorithms of RFC 9530 that are not broken, by hashlib's names; others are ignored (§2)."""
TUS = {"sha1": "sha1", "md5": "md5", "sha256": "sha256", "sha512": "sha512"}
MEMBER = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)\s*=\s*(?::([A-Za-z0-9+/=]*):|([0-9]{1,15}))\s*\Z")
MISMATCH = 460  # of tus


def digests_of(head: RequestHead) -> Digests:
    """Read the digests of a request head. Raises InvalidQuery where one is malformed."""
    content = [*_fields(head, "content-digest"), *_old_headers(head), *_checksum(head)]
    return Digests(
        content=tuple(content),
        whole=tuple(_fields(head, "repr-digest")),
        wanted=any(name == "sha-256" and number for name, _, number in _members(head, "want-repr-digest")),
    )


def repr_digest(digest: bytes) -> str:
    """Format a SHA-256 digest as the value of Repr-Digest."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def _members(head: RequestHead, name: str) -> Iterator[tuple[str, bytes | None, int]]:
    """Yield name, bytes and number of a dictionary's members (RFC 9651 §3.2), of the kinds used here.

    Raises InvalidQuery for anything else.
    """
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
