"""Content codings (RFC 9110 §8.4): a recording is stored as it is, so none is taken but S3's framing."""

from __future__ import annotations

import re

from scribedock.errors import InvalidQuery
from scribedock.uploads.core.request import Protocol
from scribedock.uploads.http.head import RequestHead

AWS_CHUNKED = "aws-chunked"
DIGITS = re.compile(r"[0-9]{1,15}\Z")


class UnsupportedCoding(InvalidQuery):
    """The body has a content coding, which would be stored as if it were the recording's own bytes."""

    def __init__(self, comment: str) -> None:
        # RFC 9110 §15.5.16: the field tells which codings would have been accepted.
        super().__init__(comment, status=415, headers={"Accept-Encoding": "identity"})


def is_aws_chunked(head: RequestHead) -> bool:
    """Return whether S3's chunks are inside of the body.

    Some clients of S3 leave the coding out, and tell of it by the kind of their signature alone.
    """
    if AWS_CHUNKED in _codings(head):
        return True
    return (head.first("x-amz-content-sha256") or "").strip().upper().startswith("STREAMING-")


def check_coding(head: RequestHead, protocol: Protocol) -> None:
    """Raise UnsupportedCoding for a body that is not the recording's bytes, as far as its head tells."""
    others = [coding for coding in _codings(head) if coding != AWS_CHUNKED]
    if others:
        raise UnsupportedCoding(
            f"Content-Encoding: {others[0][:20]!r} is not possible here; send the recording's own bytes, "
            "without Content-Encoding"
        )
    if is_aws_chunked(head) and protocol is not Protocol.PLAIN:
        raise UnsupportedCoding(
            "aws-chunked is possible in a plain PUT only, because offsets count the recording's own bytes"
        )


def decoded_length(head: RequestHead) -> int | None:
    """Return the bytes of a recording that comes in S3's chunks; None: not announced. Raises InvalidQuery."""
    text = head.first("x-amz-decoded-content-length")
    if text is None:
        return None
    if DIGITS.match(text.strip()) is None:
        raise InvalidQuery("X-Amz-Decoded-Content-Length must be a plain number of bytes")
    return int(text)


def _codings(head: RequestHead) -> list[str]:
    return [
        coding
        for value in head.headers.get("content-encoding", ())
        for part in value.split(",")
        if (coding := part.strip().lower()) not in ("", "identity")
    ]
