"""Lists with saves of single segments made whole, in another process: a long one takes a second."""

from __future__ import annotations

from io import BytesIO

from starlette.concurrency import run_in_threadpool

from scribedock.api.registry import Context
from scribedock.api.transport.waiting import unless_gone
from scribedock.parsing.parser import UnparsedBody
from scribedock.reviews.working_list import PassList


async def folded(context: Context, work: PassList) -> bytes:
    """Return the list with its edits: the API's JSON, zlib-compressed."""
    if not work.edits:
        return work.whole
    parts = [work.whole, *(edit.compressed for edit in work.edits)]
    arguments = {
        "sizes": [len(part) for part in parts],
        "splices": [edit.splices for edit in work.edits],
    }
    body = b"".join(parts)
    source = UnparsedBody(what="ElementList", file=BytesIO(body), size=len(body))
    branch = await run_in_threadpool(lambda: context.branch)
    made = context.backend.parser.submit(branch, "fold_edits", source, arguments)
    return (await unless_gone(context.request, made)).body


async def keep_whole(context: Context, work: PassList) -> None:
    """Keep the list with its edits, if there are any, as a version."""
    if work.edits:
        compressed = await folded(context, work)
        await run_in_threadpool(context.services.segment_saves.keep_whole, work, compressed)
