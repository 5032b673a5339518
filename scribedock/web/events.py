"""`/web/events`: the server-sent events of a browser, about the jobs that its person sees.

A stream holds no thread, ends with the person's session, and keeps no session alive.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from scribedock.api.errors import error_response
from scribedock.api.faults import fault_of
from scribedock.api.registry import Backend
from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.jobs.changes import JobChanges
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.web.cookies import PAGES
from scribedock.web.event_streams import ENDED, HEARTBEAT, EventStreams, Listener
from scribedock.web.guard import WebGuard

RETRY = b"retry: 2000\n\n"  # milliseconds before a browser opens a stream again that broke
HEADERS = {"X-Accel-Buffering": "no"}  # nginx would hold back what is to arrive at once


class TooManyStreams(InvalidQuery):
    status = 429


def event_route(guard: WebGuard, backend: Backend) -> Route:
    services = backend.services
    streams = EventStreams(JobChanges(services.database), backend.stopping)

    def listener_of(request: Request) -> Listener:
        person = guard.signed_in(request, extend=False).person
        known = services.accounts.with_visible_accounts(person.account_id)
        if known is None:
            raise NotSignedIn
        return Listener(person_id=person.id, account_ids=known[1])

    async def lines(request: Request, listener: Listener) -> AsyncIterator[bytes]:
        yield RETRY
        async for line in streams.follow(listener):
            if line == HEARTBEAT:
                try:
                    now = await run_in_threadpool(listener_of, request)
                except NotSignedIn:
                    yield ENDED
                    return
                listener.account_ids = now.account_ids
            yield line

    async def serve(request: Request) -> Response:
        try:
            listener = await run_in_threadpool(listener_of, request)
            if not streams.has_room(listener.person_id):
                raise TooManyStreams("Too many pages are open at once", headers={"Retry-After": "30"})
        except ScribedockError as error:
            return error_response(error)
        except Exception as failure:
            return error_response(fault_of(failure))
        return StreamingResponse(lines(request, listener), media_type="text/event-stream", headers=HEADERS)

    return Route(f"{PAGES}/events", serve, methods=["GET"])
