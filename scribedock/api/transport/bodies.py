"""Receiving a request's body: how large it may be, and how slow."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from scribedock.errors import InvalidQuery
from scribedock.parsing.parser import UnparsedBody
from scribedock.settings import Settings
from scribedock.uploads.core.errors import storage_fault
from scribedock.uploads.transfer.pace import Pace

MAX_MEMORY_BYTES = 256 * 1024  # bytes of a body; a larger one goes to an unnamed file
BATCH_BYTES = 1024 * 1024  # bytes to write at once, in a thread: a disk may block


async def parts(request: Request, settings: Settings, what: str) -> AsyncIterator[bytes]:
    """Yield the body as it arrives. Errors say `what` the body is.

    Raises InvalidQuery where the connection is lost, TooSlow (408) where the body stalls or drips.
    """
    pace = Pace(
        stall_s=settings.upload_stall_s, min_rate=settings.upload_min_rate, advice=f"send the {what} again"
    )
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(settings.upload_stall_s):
                part = await anext(stream, None)
            if part is None:
                return
            pace.came(len(part))
            slow = pace.problem()
            if slow is not None:
                raise slow
            yield part
    except ClientDisconnect:
        raise InvalidQuery(f"The connection was lost before the {what} was complete") from None
    except TimeoutError:
        raise pace.stalled() from None


async def whole(request: Request, settings: Settings, what: str, *, limit: int) -> bytes:
    """Read the whole body. Raises as `parts`, and InvalidQuery (413) for more than `limit` bytes."""
    _check_announced(request, what, limit)
    body = bytearray()
    async for part in parts(request, settings, what):
        body += part
        if len(body) > limit:
            raise _too_large(what, limit)
    return bytes(body)


@asynccontextmanager
async def spooled(
    request: Request, settings: Settings, what: str, *, limit: int
) -> AsyncIterator[UnparsedBody]:
    """Spool the whole body to a file. Raises as `whole`, and SystemFault where the disk is full."""
    _check_announced(request, what, limit)
    with tempfile.SpooledTemporaryFile(MAX_MEMORY_BYTES, dir=str(settings.data_dir)) as file:
        size = 0
        batch = bytearray()
        try:
            async for part in parts(request, settings, what):
                batch += part
                if size + len(batch) > limit:
                    raise _too_large(what, limit)
                if len(batch) >= BATCH_BYTES:
                    size += await run_in_threadpool(file.write, bytes(batch))
                    batch.clear()
            size += file.write(batch) if not size else await run_in_threadpool(file.write, bytes(batch))
        except OSError as error:
            raise storage_fault(error) from error
        yield UnparsedBody(what=what, file=cast(IO[bytes], file), size=size)


def announces_more(request: Request, limit: int) -> bool:
    """Return whether the request's Content-Length is above `limit` bytes."""
    announced = request.headers.get("content-length", "")
    # isdecimal alone is true of other scripts' digits; int() refuses thousands of digits.
    return announced.isascii() and announced.isdecimal() and int(announced[:20]) > limit


def _check_announced(request: Request, what: str, limit: int) -> None:
    if announces_more(request, limit):
        raise _too_large(what, limit)


def _too_large(what: str, limit: int) -> InvalidQuery:
    return InvalidQuery(f"The {what} is larger than the limit of {limit:,} bytes", status=413)
