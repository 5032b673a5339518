"""Which framing the body of a request has."""

from __future__ import annotations

from scribedock.uploads.http.coding import is_aws_chunked
from scribedock.uploads.http.head import RequestHead, body_length, has_body
from scribedock.uploads.transfer.aws_chunked import AwsChunkedBody
from scribedock.uploads.transfer.chunked import ChunkedDecoder
from scribedock.uploads.transfer.framing import DecodedBody, Framing, SizedBody


def framing_of(head: RequestHead) -> Framing:
    """Return what takes the recording's bytes out of those of the connection. Raises as `body_length`."""
    length = body_length(head) if has_body(head) else 0
    return _decoding(head, ChunkedDecoder() if length is None else SizedBody(length))


def framing_of_decoded(head: RequestHead) -> Framing:
    """Return what takes the recording's bytes out of a body whose HTTP framing somebody else has undone."""
    return _decoding(head, DecodedBody())


def _decoding(head: RequestHead, framing: Framing) -> Framing:
    return AwsChunkedBody(framing) if is_aws_chunked(head) else framing
