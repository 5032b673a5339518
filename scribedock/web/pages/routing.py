"""How pages are served: errors become pages too, and whoever is not signed in is asked to."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scribedock.api.faults import fault_of
from scribedock.api.transport.counting import CALL
from scribedock.errors import AccountUnprivileged, ScribedockError
from scribedock.persons.second_factor import SecondFactorMissing
from scribedock.persons.sign_in_steps import StepOver
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.web.cookies import PAGES, Cookie
from scribedock.web.guard import ForgedRequest, WebGuard
from scribedock.web.rendering import go_to, render

log = structlog.get_logger("scribedock.web")

Handler = Callable[[Request], Awaitable[Response]]
SIGN_IN = f"{PAGES}/sign-in"
SECOND_FACTOR = f"{PAGES}/you/second-factor"
TOO_MANY = 429
MESSAGES = {
    403: "error.forbidden",
    404: "error.not_found",
    410: "error.link_unusable",
    TOO_MANY: "error.too_many",
}


def page_route(
    guard: WebGuard,
    path: str,
    *,
    get: Handler | None = None,
    post: Handler | None = None,
    below: str = PAGES,
) -> Route:
    """Return the route of the page at `path` below /web. get, post: what serves these methods.

    The log has the path without what a request puts into it, as the secret of a link.
    """
    handlers = {"GET": get, "HEAD": get, "POST": post}
    methods = [method for method, handler in handlers.items() if handler is not None]

    async def serve(request: Request) -> Response:
        began = time.perf_counter()
        request.scope[CALL] = f"{below.lstrip('/')}{path}"
        handler = handlers[request.method]
        assert handler is not None  # the router has compared the method
        response = await _answer(guard, handler, request)
        log.info(
            "page",
            method=request.method,
            path=f"{below}{path}",
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return response

    return Route(f"{below}{path}", serve, methods=methods)


async def _answer(guard: WebGuard, handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except NotSignedIn:
        return _to_sign_in(guard, request)
    except SecondFactorMissing:
        return go_to(guard.base_url(request), SECOND_FACTOR)
    except ScribedockError as error:
        return error_page(guard, request, error)
    except Exception as failure:
        return error_page(guard, request, fault_of(failure))


def error_page(guard: WebGuard, request: Request, error: ScribedockError) -> Response:
    """Return a page that says what is wrong, in the reader's language as far as we can."""
    key = MESSAGES.get(error.status, "error.other")
    if isinstance(error, ForgedRequest):
        key = "error.forged"
    elif isinstance(error, StepOver):
        key = "error.step_over"
    elif isinstance(error, AccountUnprivileged):  # 400 where the API's clients expect that
        key = "error.forbidden"
    try:
        base_url = guard.base_url(request)
    except ScribedockError:  # it may be what is wrong
        base_url = ""
    return render(
        request,
        "error",
        base_url=base_url,
        status=error.status,
        headers=error.headers,
        key=key,
        seconds=error.headers.get("Retry-After", ""),
        comment=error.comment,
    )


def _to_sign_in(guard: WebGuard, request: Request) -> Response:
    """Lead to the page for signing in, and from there back to the page that was asked for, or has asked."""
    base_url = guard.base_url(request)
    if request.method in ("GET", "HEAD"):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        wanted = _page_of(request.headers.get("referer", ""), base_url)
    response = go_to(base_url, SIGN_IN + (f"?next={quote(wanted, safe='')}" if wanted else ""))
    guard.cookies(request).clear(response, Cookie.SESSION)
    return response


def _page_of(url: str, base_url: str) -> str:
    """Return the path of a page of this server, without the server's prefix; empty for any other URL."""
    return url.removeprefix(base_url) if url.startswith(f"{base_url}{PAGES}/") else ""
