"""Signing in and out."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.accounts.signing_in.password_check import wrong_credentials
from scribedock.api.auditing import deed
from scribedock.errors import InvalidQuery, LoginInvalid
from scribedock.persons.oidc.errors import ProviderAway
from scribedock.persons.sign_in_steps import ProvenStep
from scribedock.persons.signing_in import ProvenPerson
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.web.cookies import PAGES, Cookie
from scribedock.web.forms import local_target, read_form
from scribedock.web.guard import CSRF_FIELD, WebGuard
from scribedock.web.pages.routing import TOO_MANY, page_route
from scribedock.web.rendering import go_to, render

HOME = f"{PAGES}/"
MAX_NAME = 320
OF_PROVIDER = "provider"


def sign_in_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = SignInPages(guard)
    return [
        page_route(guard, "/sign-in", get=pages.show, post=pages.sign_in),
        page_route(guard, "/sign-out", post=pages.sign_out),
        page_route(guard, "/signed-out", get=pages.show_signed_out),
    ]


class SignInPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        base_url = self._guard.base_url(request)
        target = local_target(request.query_params.get("next", ""), otherwise=HOME)
        try:
            await run_in_threadpool(self._guard.signed_in, request)
        except NotSignedIn:
            changed = request.query_params.get("changed") == "password"
            return self._form(request, target=target, notice="sign_in.password_changed" if changed else "")
        return go_to(base_url, target)

    async def sign_in(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request)
        name, password = form.get("username", "").strip()[:MAX_NAME], form.get("password", "")
        target = local_target(form.get("next", ""), otherwise=HOME)
        services, client = self._guard.services, self._guard.client_of(request)
        try:
            proven = await services.person_sign_in.prove_password(name, password, client)
            return await run_in_threadpool(begin_session, self._guard, request, proven, target)
        except LoginInvalid:
            await run_in_threadpool(services.failed_logins.note, name, client.address)
            return self._form(request, target=target, name=name, problem="sign_in.wrong", status=403)
        except InvalidQuery as error:
            if error.status != TOO_MANY:
                raise
            return self._form(
                request, target=target, name=name, problem="sign_in.too_many", error=error, status=TOO_MANY
            )

    async def sign_out(self, request: Request) -> Response:
        form = await read_form(request)
        base_url = self._guard.base_url(request)
        response = go_to(base_url, f"{PAGES}/signed-out")
        try:
            signed_in = await run_in_threadpool(partial(self._guard.signed_in, request, complete=False))
        except NotSignedIn:
            return response
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        await run_in_threadpool(self._guard.services.web_sessions.close, signed_in.session.fingerprint)
        if signed_in.person.identity is not None:
            response = go_to(base_url, f"{PAGES}/signed-out?{OF_PROVIDER}=1")
        self._guard.cookies(request).clear(response, Cookie.SESSION)
        return response

    async def show_signed_out(self, request: Request) -> Response:
        base_url, services = self._guard.base_url(request), self._guard.services
        provider, url = services.provider_sign_in, None
        if provider is not None and request.query_params.get(OF_PROVIDER) == "1":
            with suppress(ProviderAway):
                url = await run_in_threadpool(provider.sign_out_url, f"{base_url}{PAGES}/signed-out")
        name = services.settings.provider_name
        return render(request, "signed_out", base_url=base_url, provider_url=url, provider=name)

    def _form(
        self,
        request: Request,
        *,
        target: str,
        name: str = "",
        problem: str = "",
        notice: str = "",
        error: InvalidQuery | None = None,
        status: int = 200,
    ) -> Response:
        headers = dict(error.headers) if error else {}
        return render(
            request,
            "sign_in",
            base_url=self._guard.base_url(request),
            status=status,
            headers=headers,
            target=target,
            name=name,
            problem=problem,
            notice=notice,
            seconds=headers.get("Retry-After", ""),
            provider=self._guard.services.settings.provider_name,
        )


def begin_session(guard: WebGuard, request: Request, proven: ProvenPerson, target: str) -> Response:
    """Go on behind a proof: to the second factor where there is one, else to the page that was wanted.

    Raises LoginInvalid where the proof is no longer right.
    """
    services = guard.services
    known = services.persons.by_id(proven.person_id)
    if proven.password_hash is None or known is None or not known.has_second_factor:
        return open_session(guard, request, proven, target)
    step = ProvenStep(person_id=known.id, password_hash=proven.password_hash, target=target)
    token = services.sign_in_steps.begin(step)
    response = go_to(guard.base_url(request), f"{PAGES}/second-factor")
    guard.cookies(request).set(response, Cookie.STEP, token)
    return response


def open_session(guard: WebGuard, request: Request, proven: ProvenPerson, target: str) -> Response:
    """Open a session for somebody who has proven everything, and go to the page that was wanted.

    The session that the browser had before ends: nobody can have chosen the token of the new one. Raises
    LoginInvalid where the proof is no longer right.
    """
    services, rules = guard.services, guard.cookies(request)
    known = services.persons.by_id(proven.person_id)
    account_id = proven.person_id if known is None else known.account_id
    with deed(services, "web/sign-in", account_id, guard.client_of(request), person_id=proven.person_id):
        token = services.web_sessions.open(proven)
        if token is None:
            raise wrong_credentials()
    before = rules.read(request, Cookie.SESSION)
    if before:
        services.web_sessions.close_token(before)
    response = go_to(guard.base_url(request), target)
    rules.set(response, Cookie.SESSION, token)
    return response
