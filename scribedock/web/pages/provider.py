"""Signing in through a provider of OpenID Connect."""

from __future__ import annotations

from functools import partial

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from scribedock.errors import ItemNotFound, LoginInvalid, ScribedockError
from scribedock.persons.oidc.check import CALLBACK
from scribedock.persons.oidc.errors import ProviderAway, ProviderRefused, UnknownPerson
from scribedock.persons.signing_in import ProvenPerson
from scribedock.web.cookies import Cookie
from scribedock.web.forms import local_target
from scribedock.web.guard import WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.sign_in import HOME, open_session
from scribedock.web.rendering import render

log = structlog.get_logger("scribedock.web")

AT_ONCE = 4  # threads that wait for the provider; it may answer slowly, or not at all
MESSAGES: dict[type[ScribedockError], str] = {
    ProviderAway: "provider.away",
    ProviderRefused: "provider.refused",
    UnknownPerson: "provider.unknown",
    LoginInvalid: "provider.unknown",
}


def provider_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = ProviderPages(guard)
    return [
        page_route(guard, "/provider", get=pages.depart),
        page_route(guard, "/provider/callback", get=pages.come_back),
    ]


class ProviderPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard
        self._threads = anyio.CapacityLimiter(AT_ONCE)

    async def depart(self, request: Request) -> Response:
        """Send the browser to the provider."""
        signing_in = self._guard.services.provider_sign_in
        if not signing_in.is_configured:
            raise ItemNotFound("There is no provider here", status=404)
        target = local_target(request.query_params.get("next", ""), otherwise=HOME)
        redirect_uri = self._guard.base_url(request) + CALLBACK
        begin = partial(signing_in.begin, redirect_uri, target)
        try:
            departure = await anyio.to_thread.run_sync(begin, limiter=self._threads)
        except ProviderAway as error:
            return self._failed(request, error)
        token = self._guard.services.sealed_steps.seal(departure.details)
        response = RedirectResponse(departure.url, 303)
        self._guard.cookies(request).set(response, Cookie.STEP, token)
        return response

    async def come_back(self, request: Request) -> Response:
        """Take the provider's answer, once, in the browser that was sent there."""
        if not self._guard.services.provider_sign_in.is_configured:
            raise ItemNotFound("There is no provider here", status=404)
        rules = self._guard.cookies(request)
        token, answer = rules.read(request, Cookie.STEP), dict(request.query_params)
        finish = partial(self._finish, request, token, answer)
        try:
            response = await anyio.to_thread.run_sync(finish, limiter=self._threads)
        except (ProviderAway, ProviderRefused, UnknownPerson, LoginInvalid) as error:
            response = self._failed(request, error)
        rules.clear(response, Cookie.STEP)
        return response

    def _finish(self, request: Request, token: str, answer: dict[str, str]) -> Response:
        services = self._guard.services
        details = services.sealed_steps.open(token)
        vouched = services.provider_sign_in.finish(details, answer)
        person = services.provider_persons.person_of(vouched)
        proven = ProvenPerson(person_id=person.id)
        return open_session(self._guard, request, proven, details["target"])

    def _failed(self, request: Request, error: ScribedockError) -> Response:
        log.warning("signing in through the provider failed", reason=error.comment)
        return render(
            request,
            "provider_failed",
            base_url=self._guard.base_url(request),
            status=403 if isinstance(error, LoginInvalid) else error.status,
            key=MESSAGES[type(error)],
            provider=self._guard.services.settings.provider_name,
        )
