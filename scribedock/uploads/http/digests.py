"""The headers that carry digests of an upload.

Sources: RFC 9530 (Content-Digest, Repr-Digest, Want-Repr-Digest) and its registry of algorithms; RFC 3230 and
5843 (Digest); RFC 1864 (Content-MD5); the checksum extension of tus 1.0.0 (Upload-Checksum); and what
clients of object stores send: S3's `x-amz-checksum-*` and `x-amz-content-sha256`, Google's `x-goog-hash`,
Azure's `x-ms-blob-content-md5`, Backblaze's `x-bz-content-sha1`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from scribedock.errors import InvalidQuery
from scribedock.uploads.checksums import digest_size
from scribedock.uploads.core.digests import Digests, Expected
from scribedock.uploads.http.head import RequestHead

Headers = Mapping[str, tuple[str, ...]]

RFC_9530 = {
    "sha-256": "sha256",
    "sha-512": "sha512",
    "sha": "sha1",
    "md5": "md5",
    "crc32c": "crc32c",
    "adler": "adler32",
}
"""Algorithms of RFC 9530, by our names. Those of them that are broken (§5) still show damage."""
DIGEST = {
    "sha-256": "sha256",
    "sha-512": "sha512",
    "id-sha-256": "sha256",  # of the representation without its coding, and here there is none
    "id-sha-512": "sha512",
    "sha": "sha1",
    "md5": "md5",
    "crc32c": "crc32c",
    "adler32": "adler32",
}
"""Values of the header Digest, in lower case."""
IN_HEX = ("crc32c", "adler32")  # in Digest, with leading zeros or without
TUS = {"sha1": "sha1", "md5": "md5", "sha256": "sha256", "sha512": "sha512"}
GOOGLE = {"crc32c": "crc32c", "md5": "md5"}
BASE64 = {
    "content-md5": "md5",
    "x-ms-blob-content-md5": "md5",
    "x-amz-checksum-crc32": "crc32",
    "x-amz-checksum-crc32c": "crc32c",
    "x-amz-checksum-sha1": "sha1",
    "x-amz-checksum-sha256": "sha256",
}
HEX = {"x-amz-content-sha256": "sha256", "x-bz-content-sha1": "sha1"}
NO_DIGEST = frozenset({"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"})
UNKNOWN = re.compile(r"x-amz-checksum-|x-ms-content-crc64\Z|x-checksum-|oc-checksum\Z")
MEMBER = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)\s*=\s*(?::([A-Za-z0-9+/=]*):|([0-9]{1,15}))\s*\Z")
ALGORITHM = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,40}\Z")
HEX_DIGITS = re.compile(r"[0-9A-Fa-f]+\Z")
MISMATCH = 460  # of tus


def digests_of(head: RequestHead) -> Digests:
    """Read the digests of a request head. Raises InvalidQuery where one is malformed."""
    content = [*_fields(head.headers, "content-digest"), *_simple(head.headers), *_checksum(head)]
    return Digests(
        content=tuple(content),
        whole=(*_fields(head.headers, "repr-digest"), *_digest(head.headers)),
        wanted=any(
            name == "sha-256" and number for name, _, number in _members(head.headers, "want-repr-digest")
        ),
        trailing=tuple(BASE64[name] for name in announced(head) if name in BASE64),
        unverified=tuple(_unverified(head.headers, announced(head))),
    )


def digests_behind(head: RequestHead, trailer: Headers) -> Digests:
    """Return the digests of the recording that came behind a body.

    Raises InvalidQuery where one is malformed, or one that S3's `x-amz-trailer` promises is missing.
    """
    for name in announced(head):
        if name in BASE64 and name not in trailer:
            raise InvalidQuery(f"X-Amz-Trailer announces {name}, but it did not come behind the body")
    whole = (
        *_fields(trailer, "content-digest"),
        *_fields(trailer, "repr-digest"),
        *_digest(trailer),
        *_simple(trailer),
    )
    return Digests(whole=whole, unverified=tuple(_unverified(trailer, ())))


def announced(head: RequestHead) -> tuple[str, ...]:
    """Return the names of headers that S3's clients send behind the body, in lower case."""
    return tuple(
        name.strip().lower()
        for value in head.headers.get("x-amz-trailer", ())
        for name in value.split(",")
        if name.strip()
    )


def repr_digest(digest: bytes) -> str:
    """Format a SHA-256 digest as the value of Repr-Digest."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def _members(headers: Headers, name: str) -> Iterator[tuple[str, bytes | None, int]]:
    """Yield name, bytes and number of each member of a dictionary (RFC 9651 §3.2), of the kinds used here."""
    for value in headers.get(name, ()):
        for part in value.split(","):
            found = MEMBER.match(part)
            if found is None:
                raise malformed(name, "sha-256=:BASE64:" if name != "want-repr-digest" else "sha-256=1")
            encoded = found[2]
            yield found[1], None if encoded is None else _decoded(name, encoded), int(found[3] or 0)


def _fields(headers: Headers, name: str) -> Iterator[Expected]:
    for key, digest, _ in _members(headers, name):
        if digest is None:
            raise malformed(name, "sha-256=:BASE64:")
        if key in RFC_9530:
            yield _expected(name, RFC_9530[key], digest)


def _digest(headers: Headers) -> Iterator[Expected]:
    for key, text in _pairs(headers, "digest"):
        algorithm = DIGEST.get(key)
        if algorithm in IN_HEX:
            yield _expected("digest", algorithm, _from_hex("digest", text.zfill(8)))
        elif algorithm is not None:
            yield _expected("digest", algorithm, _decoded("digest", text))


def _simple(headers: Headers) -> Iterator[Expected]:
    """Yield what headers for one algorithm each say, and Google's."""
    for name, algorithm in BASE64.items():
        for text in headers.get(name, ()):
            yield _expected(name, algorithm, _decoded(name, text.strip()))
    for name, algorithm in HEX.items():
        for text in headers.get(name, ()):
            # S3 has words for a body that is not hashed or in pieces, Backblaze for a digest at its end.
            if HEX_DIGITS.match(text.strip()):
                yield _expected(name, algorithm, _from_hex(name, text.strip()))
    for key, text in _pairs(headers, "x-goog-hash"):
        if key in GOOGLE:
            yield _expected("x-goog-hash", GOOGLE[key], _decoded("x-goog-hash", text))


def _pairs(headers: Headers, name: str) -> Iterator[tuple[str, str]]:
    """Yield algorithm, in lower case, and value of each member of `ALGORITHM=VALUE,…`."""
    for value in headers.get(name, ()):
        for part in value.split(","):
            key, equals, text = part.strip().partition("=")
            if not equals or ALGORITHM.match(key.lower()) is None:
                raise malformed(name, "ALGORITHM=BASE64")
            yield key.lower(), text


def _checksum(head: RequestHead) -> Iterator[Expected]:
    text = head.first("upload-checksum")
    if text is None:
        return
    name, _, encoded = text.strip().partition(" ")
    if name not in TUS:
        raise InvalidQuery(f"Upload-Checksum: {name[:20]!r} is not known here; use {', '.join(TUS)}")
    yield _expected("upload-checksum", TUS[name], _decoded("upload-checksum", encoded.strip()), MISMATCH)


def _unverified(headers: Headers, behind: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of digests that are not known here."""
    for name in (*headers, *behind):
        if UNKNOWN.match(name) and name not in BASE64 and name not in NO_DIGEST:
            yield name
    for name in ("content-digest", "repr-digest"):
        yield from (f"{name}={key}" for key, _, _ in _members(headers, name) if key not in RFC_9530)
    yield from (f"digest={key}" for key, _ in _pairs(headers, "digest") if key not in DIGEST)
    yield from (f"x-goog-hash={key}" for key, _ in _pairs(headers, "x-goog-hash") if key not in GOOGLE)


def _expected(name: str, algorithm: str, digest: bytes, mismatch: int = 400) -> Expected:
    size = digest_size(algorithm)
    if len(digest) != size:
        raise InvalidQuery(f"{name.title()}: a {algorithm} has {size} bytes, not {len(digest)}")
    return Expected(header=name.title(), algorithm=algorithm, digest=digest, mismatch=mismatch)


def _decoded(name: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise malformed(name, "base64") from None


def _from_hex(name: str, text: str) -> bytes:
    if HEX_DIGITS.match(text) is None or len(text) % 2:
        raise malformed(name, "hexadecimal")
    return bytes.fromhex(text)


def malformed(name: str, right: str) -> InvalidQuery:
    return InvalidQuery(f"{name.title()} is malformed; it must be {right}")
