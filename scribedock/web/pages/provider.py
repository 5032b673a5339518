"""Signing in through a provider of OpenID Connect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from scribedock.errors import ItemNotFound, LoginInvalid, ScribedockError
from scribedock.persons.oidc.errors import ProviderAway, ProviderRefused, UnknownPerson
from scribedock.persons.oidc.vouched import CALLBACK
from scribedock.persons.signing_in import ProvenPerson
from scribedock.web.cookies import Cookie
from scribedock.web.forms import local_target
from scribedock.web.guard import WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.sign_in import HOME, open_session
from scribedock.web.rendering import render

if TYPE_CHECKING:
    from scribedock.persons.oidc.sign_in import ProviderSignIn

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
        provider = self._provider()
        target = local_target(request.query_params.get("next", ""), otherwise=HOME)
        redirect_uri = self._guard.base_url(request) + CALLBACK
        begin = partial(provider.begin, redirect_uri, target)
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
        provider = self._provider()
        rules = self._guard.cookies(request)
        token, answer = rules.read(request, Cookie.STEP), dict(request.query_params)
        finish = partial(self._finish, provider, request, token, answer)
        try:
            response = await anyio.to_thread.run_sync(finish, limiter=self._threads)
        except (ProviderAway, ProviderRefused, UnknownPerson, LoginInvalid) as error:
            response = self._failed(request, error)
        rules.clear(response, Cookie.STEP)
        return response

    def _provider(self) -> ProviderSignIn:
        """Return what signs in through the provider. Raises ItemNotFound where the settings name none."""
        found = self._guard.services.provider_sign_in
        if found is None:
            raise ItemNotFound("There is no provider here", status=404)
        return found

    def _finish(
        self, provider: ProviderSignIn, request: Request, token: str, answer: dict[str, str]
    ) -> Response:
        services = self._guard.services
        details = services.sealed_steps.open(token)
        vouched = provider.finish(details, answer)
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
