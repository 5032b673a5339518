"""Everything that is served below `/web`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from scribedock.api.application import Api
from scribedock.web.calling import call_route, session_route
from scribedock.web.events import event_route
from scribedock.web.guard import WebGuard
from scribedock.web.pages.api_keys import api_key_routes
from scribedock.web.pages.application import application_routes
from scribedock.web.pages.approval import approval_routes
from scribedock.web.pages.links import link_routes
from scribedock.web.pages.password import password_routes
from scribedock.web.pages.provider import provider_routes
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.second_factor import second_factor_routes
from scribedock.web.pages.shared import share_routes
from scribedock.web.pages.sign_in import sign_in_routes
from scribedock.web.pages.you import you_routes
from scribedock.web.recordings import recording_routes
from scribedock.web.rendering import go_to
from scribedock.web.static_files import static_route


def web_routes(api: Api) -> list[BaseRoute]:
    """Return the routes of the web pages, and of the page that whoever types the server's name sees."""
    guard = WebGuard(api.backend, api.addresses)

    async def home(request: Request) -> Response:
        return go_to(guard.base_url(request), "/web/jobs")

    async def start(request: Request) -> Response:
        return go_to(guard.base_url(request), "/web/")

    return [
        Route("/", start, methods=["GET"]),
        page_route(guard, "", get=home),
        page_route(guard, "/", get=home),
        static_route(),
        call_route(guard, api),
        session_route(guard),
        event_route(guard, api.backend),
        *recording_routes(guard, api.backend),
        *application_routes(guard, api.backend),
        *sign_in_routes(guard),
        *provider_routes(guard),
        *link_routes(guard),
        *share_routes(guard, api.backend),
        *approval_routes(guard, api.backend),
        *you_routes(guard),
        *password_routes(guard),
        *second_factor_routes(guard),
        *api_key_routes(guard),
    ]
