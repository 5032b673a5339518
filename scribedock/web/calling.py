"""`/web/call/…`: the calls of the API, made by the scripts of our pages as the person who is signed in.

A call is made as the API's own, by POST, with its conventions, errors and audit. The person's role decides
what is allowed (`persons.roles`). What concerns sessions of the API has no place here, nor have passwords and
API keys, which have pages of their own. `/web/session` does nothing but keep the session alive.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scribedock.accounts.scopes import Right
from scribedock.api.application import CALLER, WEB_CALLS, Api, Caller, ItemNotFoundPath
from scribedock.api.errors import error_response
from scribedock.api.faults import fault_of
from scribedock.api.registry import CALLS
from scribedock.errors import ScribedockError
from scribedock.web.compression import compress
from scribedock.web.cookies import PAGES
from scribedock.web.guard import WebGuard

SESSION = f"{PAGES}/session"
OF_API_SESSIONS = frozenset({"account/logout"})
BACKGROUND_HEADER = "X-Background"  # the page calls by itself, which keeps no session alive


def call_route(guard: WebGuard, api: Api) -> Route:
    async def serve(request: Request) -> Response:
        try:
            await run_in_threadpool(_identify, guard, request)
        except ScribedockError as error:
            return error_response(error)
        except Exception as failure:
            return error_response(fault_of(failure))
        return await compress(request, await api.serve(request))

    return Route(f"{WEB_CALLS}/{{path:path}}", serve, methods=["POST"])


def session_route(guard: WebGuard) -> Route:
    """Return the route of what a page asks to stay signed in: 204, or 401 once the session has ended."""

    async def serve(request: Request) -> Response:
        extend = BACKGROUND_HEADER not in request.headers
        try:
            await run_in_threadpool(guard.signed_in, request, extend=extend, complete=False)
        except ScribedockError as error:
            return error_response(error)
        except Exception as failure:
            return error_response(fault_of(failure))
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    return Route(SESSION, serve, methods=["GET"])


def _identify(guard: WebGuard, request: Request) -> None:
    """Note who calls. Raises NotSignedIn, ForgedRequest, ItemNotFoundPath."""
    signed_in = guard.signed_in(request, extend=BACKGROUND_HEADER not in request.headers)
    guard.check_sent_by_us(request, signed_in)
    path = request.path_params["path"].strip("/")
    call = CALLS.get(path)
    if call is not None and (
        not call.needs_token or call.path in OF_API_SESSIONS or call.needs is Right.CREDENTIALS
    ):
        raise ItemNotFoundPath(path)
    request.scope[CALLER] = Caller(session=signed_in.as_session(), person=signed_in.person)
