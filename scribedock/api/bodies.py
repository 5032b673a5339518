"""A request's body as it comes: how large it may be, and how slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from scribedock.errors import InvalidQuery
from scribedock.settings import Settings
from scribedock.uploads.pace import Pace


async def parts(request: Request, settings: Settings, what: str) -> AsyncIterator[bytes]:
    """What comes, as it comes. `what` the body is stands in the errors.

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
    """All of it. Raises also InvalidQuery (413) for more than `limit` bytes."""
    body = bytearray()
    async for part in parts(request, settings, what):
        body += part
        if len(body) > limit:
            raise InvalidQuery(f"The {what} is larger than the limit of {limit:,} bytes", status=413)
    return bytes(body)
