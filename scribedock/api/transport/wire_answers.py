"""Answers as bytes of HTTP/1.1, where no ASGI server writes them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from scribedock.api.transport.rim import missing
from scribedock.errors import InvalidQuery

END_OF_HEAD = b"\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue" + END_OF_HEAD
REASONS = {460: "Checksum Mismatch"}  # unknown to the standard library


def interim(headers: Mapping[str, str]) -> bytes:
    """Write a 104 (Upload Resumption Supported)."""
    lines = ["HTTP/1.1 104 Upload Resumption Supported", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + END_OF_HEAD


def response(status: int, headers: Mapping[str, str], body: bytes, *, keep_alive: bool) -> bytes:
    """Write a whole answer, with the headers that `rim` would add."""
    whole = {**headers, **missing({name.lower() for name in headers})}
    lines = [f"HTTP/1.1 {status} {REASONS.get(status) or HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in whole.items()]
    if status != 204:
        lines.append(f"Content-Length: {len(body)}")
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    return "\r\n".join(lines).encode("latin-1") + END_OF_HEAD + body


def headers_too_large(limit: int) -> InvalidQuery:
    """Return the error for a request head of more than `limit` bytes."""
    return InvalidQuery(f"The headers of the request are too large; the limit is {limit} bytes", status=431)
