"""Stored ElementLists as answers: decompressed part by part, never parsed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from starlette.responses import Response, StreamingResponse

PART_BYTES = 256 * 1024  # bytes of JSON in memory at once
MEDIA_TYPE = "application/json"


def kept_json(
    compressed: bytes, *, before: bytes = b"", after: bytes = b"", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a stored list between `before` and `after`; with Content-Length if one part holds it."""
    parts = _parts(compressed)
    first = next(parts, b"")
    second = next(parts, None)
    if second is None:
        return Response(before + first + after, media_type=MEDIA_TYPE, headers=headers)

    def body() -> Iterator[bytes]:
        yield before + first
        yield second
        yield from parts
        yield after

    return StreamingResponse(body(), media_type=MEDIA_TYPE, headers=headers)


def _parts(compressed: bytes) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    rest = compressed
    while not decompressor.eof:
        part = decompressor.decompress(rest, PART_BYTES)
        rest = decompressor.unconsumed_tail
        if not part and not rest:
            raise zlib.error("a kept list is cut off")
        if part:
            yield part
