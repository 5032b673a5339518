"""Answers that are files: their names, and parts of them (Range, RFC 9110 §14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file in the store, or a part of one, as it is given out."""

    storage_key: str
    bytes: int
    media_type: str
    begin: int = 0  # bytes of the object before it
    cache: str = "private, no-cache"


def made_media(request: Request, store: Store, rendition: Rendition, name: str) -> Response:
    """Answer with the file, or the part of it that is asked for; `name` is its Content-Disposition."""
    assert rendition.storage_key is not None and rendition.bytes is not None
    file = StoredFile(
        storage_key=rendition.storage_key, bytes=rendition.bytes, media_type=rendition.kind.media_type
    )
    return stored_file(request, store, file, {"Content-Disposition": name})


def stored_file(
    request: Request, store: Store, file: StoredFile, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a file of the store, or the part of it that is asked for; a reader holds no thread."""
    size, etag = file.bytes, f'"{file.storage_key}-{file.begin}"' if file.begin else f'"{file.storage_key}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": file.cache, **(headers or {})}
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
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    parts = store.read(file.storage_key, file.begin + start, file.begin + end)
    body = iterate_in_store_threads(iter(parts))
    return StreamingResponse(body, status_code=status, headers=headers, media_type=file.media_type)


def is_continued(request: Request) -> bool:
    """Return whether the request is for a later part of a file, as players ask for while they play it."""
    asked = request.headers.get("range", "").replace(" ", "")
    return asked.startswith("bytes=") and not asked.startswith("bytes=0-")


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
