"""`/web/events`: the server-sent events of a browser, about the jobs that its person sees.

A stream holds no thread, ends with the person's session, and keeps no session alive.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from scribedock.api.errors import error_response
from scribedock.api.faults import fault_of
from scribedock.api.progress_hub import ProgressWatcher, Sign
from scribedock.api.registry import Backend
from scribedock.errors import ScribedockError
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.reports.progress import Change, JobChange
from scribedock.web.cookies import PAGES
from scribedock.web.guard import WebGuard

RETRY = b"retry: 2000\n\n"  # milliseconds before a browser opens a stream again that broke
HEADERS = {"X-Accel-Buffering": "no"}  # nginx would hold back what is to arrive at once
SIGNS = {
    Sign.ALIVE: b": \n\n",
    Sign.MISSED: b"event: missed\ndata: {}\n\n",
    Sign.ENDED: b"event: ended\ndata: {}\n\n",
}


def event_route(guard: WebGuard, backend: Backend) -> Route:
    services, hub = backend.services, backend.progress

    def watcher_of(request: Request) -> ProgressWatcher:
        person = guard.signed_in(request, extend=False).person
        known = services.accounts.with_visible_accounts(person.account_id)
        if known is None:
            raise NotSignedIn
        return ProgressWatcher(owner_id=person.id, branch_id=known[0].branch_id, visible_accounts=known[1])

    async def lines(request: Request, watcher: ProgressWatcher) -> AsyncIterator[bytes]:
        def is_allowed() -> bool:
            try:
                watcher.visible_accounts = watcher_of(request).visible_accounts
            except NotSignedIn:
                return False
            return True

        async with hub.stream(watcher, is_allowed) as changes:
            yield RETRY
            async for each in changes:
                yield SIGNS[each] if isinstance(each, Sign) else line_of(each)

    async def serve(request: Request) -> Response:
        try:
            watcher = await run_in_threadpool(watcher_of, request)
            hub.watch(services.progress, watcher)
        except ScribedockError as error:
            return error_response(error)
        except Exception as failure:
            return error_response(fault_of(failure))
        return StreamingResponse(lines(request, watcher), media_type="text/event-stream", headers=HEADERS)

    return Route(f"{PAGES}/events", serve, methods=["GET"])


def line_of(change: Change) -> bytes:
    """Return a change as a server-sent event."""
    is_deleted = isinstance(change, JobChange) and change.is_deletion
    data = {
        "job_id": change.job_id,
        "status": "" if is_deleted else change.status,
        "progress": round(change.progress, 4),
    }
    return f"event: job\ndata: {json.dumps(data)}\n\n".encode()
