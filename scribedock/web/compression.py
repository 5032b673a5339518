"""Answers to our pages, compressed where the browser takes gzip.

Compression is safe here (BREACH): no answer has a secret of the session beside text that others chose.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterable, AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

LEAST_COMPRESSED = 512  # bytes; smaller ones fit into one packet as they are
LEVEL = 5  # of 9: the next ones take twice the time for a hundredth of the size of JSON
AT_ONCE = 1024**2  # bytes that a thread compresses, before it serves another answer
GZIP_WINDOW = 31  # of zlib: the largest window, with the head and the end of a gzip file
COMPRESSIBLE = ("application/json", "text/")

Piece = str | bytes | memoryview


def takes_gzip(request: Request) -> bool:
    """Return whether the client takes gzip (RFC 9110 §12.5.3): it says so, and not with a weight of zero."""
    for part in ",".join(request.headers.getlist("accept-encoding")).split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return _weight(weight) > 0
    return False


def _weight(given: str) -> float:
    name, _, value = given.partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 1.0


async def compress(request: Request, response: Response) -> Response:
    """Compress the answer where that is worth it."""
    headers = response.headers
    if not headers.get("content-type", "").startswith(COMPRESSIBLE) or "content-encoding" in headers:
        return response
    is_stream = isinstance(response, StreamingResponse)
    body = bytes(getattr(response, "body", b""))
    if not is_stream and len(body) < LEAST_COMPRESSED:
        return response
    headers.add_vary_header("Accept-Encoding")
    if not takes_gzip(request):
        return response
    headers["Content-Encoding"] = "gzip"
    if (tag := headers.get("etag", "")).startswith('"'):
        headers["ETag"] = f"W/{tag}"
    if isinstance(response, StreamingResponse):
        response.body_iterator = _compressed(response.body_iterator)
        del headers["Content-Length"]  # where it is there
    else:
        response.body = await run_in_threadpool(gzip.compress, body, LEVEL, mtime=0)
        headers["Content-Length"] = str(len(response.body))
    return response


async def _compressed(pieces: AsyncIterable[Piece]) -> AsyncIterator[bytes]:
    compressor = zlib.compressobj(LEVEL, wbits=GZIP_WINDOW)
    async for piece in pieces:
        data = piece.encode() if isinstance(piece, str) else bytes(piece)
        for start in range(0, len(data), AT_ONCE):
            if compressed := await run_in_threadpool(compressor.compress, data[start : start + AT_ONCE]):
                yield compressed
    yield compressor.flush()
