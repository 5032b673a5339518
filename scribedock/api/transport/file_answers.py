"""Answers that are files: their names, and parts of them (Range, RFC 9110 §14)."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from scribedock.api.transport.store_threads import iterate_in_store_threads
from scribedock.jobs.job import Job
from scribedock.results.renditions import Rendition
from scribedock.storage.store import Store

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")


def disposition(job: Job, extension: str, how: Literal["inline", "attachment"] = "inline") -> str:
    """Build a Content-Disposition: the file's name, and one in ASCII for clients without RFC 8187."""
    name = (re.sub(r"[^\w .()-]+", "_", job.name).strip(" .")[:100] or job.id) + extension
    plain = re.sub(r"[^\x20-\x7e]+", "_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def made_media(request: Request, store: Store, rendition: Rendition, name: str) -> Response:
    """Answer with the file, or the part of it that is asked for; `name` is its Content-Disposition."""
    assert rendition.storage_key is not None and rendition.bytes is not None
    size, etag = rendition.bytes, f'"{rendition.storage_key}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": name,
        "Cache-Control": "private, no-cache",
    }
    wanted = byte_range(request.headers.get("range", ""), size)
    if request.headers.get("if-range", etag) != etag:
        wanted = None
    if wanted == (0, 0) and size:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=rendition.kind.media_type)
    body = iterate_in_store_threads(iter(store.read(rendition.storage_key, start, end)))
    return StreamingResponse(body, status_code=status, headers=headers, media_type=rendition.kind.media_type)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Read the one range that is asked for as [start, end); None: the whole file, also for several ranges.

    (0, 0) where the range lies outside of the file.
    """
    found = RANGE.match(header.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(size - int(found[2]), 0), size
    else:
        start = int(found[1])
        end = min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    return (start, end) if start < end else (0, 0)
