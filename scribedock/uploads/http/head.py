"""The head of a request to an upload URL, and how its body is framed (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scribedock.errors import InvalidQuery

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
UNSUPPORTED_VERSION = re.compile(rb"HTTP/[02-9]\.[0-9]\Z")  # another major version than ours
DIGITS = re.compile(r"[0-9]{1,19}\Z")


class BadFraming(InvalidQuery):
    """The length of the body is ambiguous, so the connection cannot be used any further."""


@dataclass(frozen=True, kw_only=True)
class RequestHead:
    method: str
    target: str
    version: str  # "1.0" or "1.1"
    headers: Mapping[str, tuple[str, ...]]  # names in lower case

    def first(self, name: str) -> str | None:
        values = self.headers.get(name)
        return values[0] if values else None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def keeps_alive(self) -> bool:
        connection = {
            part.strip().lower() for value in self.headers.get("connection", ()) for part in value.split(",")
        }
        return self.version == "1.1" and "close" not in connection

    @property
    def expects_continue(self) -> bool:
        return self.version == "1.1" and (self.first("expect") or "").lower() == "100-continue"


def collect(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Return headers by lower-case name, repeated ones in order."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name.lower()] = (*found.get(name.lower(), ()), value)
    return found


def parse_head(head: bytes) -> RequestHead:
    """Parse everything before the empty line.

    Raises BadFraming for what is not HTTP/1.x: 505 for another major version, else 400.
    """
    lines = head.split(b"\r\n")
    parts = lines[0].split(b" ")
    if len(parts) != 3 or parts[2] not in (b"HTTP/1.0", b"HTTP/1.1") or not TOKEN.match(parts[0]):
        status = 505 if UNSUPPORTED_VERSION.match(parts[-1]) else 400
        raise BadFraming("The request line is not HTTP/1.0 or HTTP/1.1", status=status)
    pairs = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        text = value.strip(b" \t")
        if not colon or not TOKEN.match(name) or any(byte < 32 and byte != 9 for byte in text):
            raise BadFraming("A header line is malformed")
        pairs.append((name.decode("ascii"), text.decode("latin-1")))
    return RequestHead(
        method=parts[0].decode("ascii"),
        target=parts[1].decode("latin-1"),
        version=parts[2][5:].decode("ascii"),
        headers=collect(pairs),
    )


def has_body(head: RequestHead) -> bool:
    """Return whether the request says that it has a body, be it of no bytes (RFC 9112 §6.3)."""
    return "content-length" in head.headers or "transfer-encoding" in head.headers


def body_length(head: RequestHead) -> int | None:
    """Return the bytes of the body; None where it is chunked.

    Raises BadFraming where it is ambiguous, and InvalidQuery (411) where it is not given.
    """
    lengths = head.headers.get("content-length", ())
    codings = [
        part.strip().lower()
        for value in head.headers.get("transfer-encoding", ())
        for part in value.split(",")
    ]
    if codings:
        if lengths:
            raise BadFraming("Content-Length and Transfer-Encoding cannot stand together; send one of them")
        if head.version == "1.0":
            raise BadFraming("HTTP/1.0 has no Transfer-Encoding; send Content-Length")
        if codings != ["chunked"]:
            raise BadFraming("The only Transfer-Encoding that is understood here is chunked")
        return None
    if not lengths:
        raise InvalidQuery(
            "The length of the recording is missing; send Content-Length or Transfer-Encoding: chunked",
            status=411,
        )
    if len(lengths) > 1 or not DIGITS.match(lengths[0]):
        raise BadFraming("Content-Length must stand once and be a plain number of bytes")
    return int(lengths[0])
