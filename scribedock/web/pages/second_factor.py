"""The second factor: asked for when signing in, set up, and turned off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api.auditing import deed
from scribedock.errors import AccountUnprivileged, ItemNotFound, LoginInvalid
from scribedock.persons.second_factor import TooManyCodes, WrongCode
from scribedock.persons.signing_in import ProvenPerson
from scribedock.persons.web_sessions import csrf_token
from scribedock.web.cookies import Cookie
from scribedock.web.forms import read_form
from scribedock.web.guard import CSRF_FIELD, SignedIn, WebGuard, check_token
from scribedock.web.pages.routing import SECOND_FACTOR, page_route
from scribedock.web.pages.sign_in import open_session
from scribedock.web.rendering import go_to, render

QR_SCALE = 5  # pixels for a module


def second_factor_routes(guard: WebGuard) -> list[BaseRoute]:
    asking, pages = SecondFactorQuestion(guard), SecondFactorPages(guard)
    return [
        page_route(guard, "/second-factor", get=asking.show, post=asking.check),
        page_route(guard, "/you/second-factor", get=pages.show, post=pages.confirm),
        page_route(guard, "/you/second-factor/codes", post=pages.new_codes),
        page_route(guard, "/you/second-factor/off", post=pages.turn_off),
    ]


class SecondFactorQuestion:
    """The step between the password and the session."""

    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        token = self._token(request)
        await run_in_threadpool(self._guard.services.sign_in_steps.find_step, token)
        return self._form(request, token)

    async def check(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request)
        token = self._token(request)
        check_token(form.get(CSRF_FIELD, ""), csrf_token(token))
        try:
            return await run_in_threadpool(self._enter, request, token, form.get("code", ""))
        except TooManyCodes as error:
            return self._form(request, token, problem="second_factor.wait", error=error)
        except WrongCode as error:
            return self._form(request, token, problem="second_factor.wrong", error=error)

    def _enter(self, request: Request, token: str, code: str) -> Response:
        services = self._guard.services
        step = services.sign_in_steps.find_step(token)
        person = services.persons.by_id(step.person_id)
        try:
            services.second_factors.check(step.person_id, code)
        except WrongCode:
            name = "" if person is None else person.name if person.is_account else person.email
            services.failed_logins.note(name, self._guard.client_of(request).address)
            raise
        services.sign_in_steps.end(token)
        proven = ProvenPerson(person_id=step.person_id, password_hash=step.password_hash)
        response = open_session(self._guard, request, proven, step.target)
        self._guard.cookies(request).clear(response, Cookie.STEP)
        return response

    def _token(self, request: Request) -> str:
        return self._guard.cookies(request).read(request, Cookie.STEP)

    def _form(
        self,
        request: Request,
        token: str,
        *,
        problem: str = "",
        error: WrongCode | TooManyCodes | None = None,
    ) -> Response:
        headers = dict(error.headers) if error else {}
        return render(
            request,
            "second_factor",
            base_url=self._guard.base_url(request),
            status=error.status if error else 200,
            headers=headers,
            token=csrf_token(token),
            problem=problem,
            seconds=headers.get("Retry-After", ""),
        )


class SecondFactorPages:
    """The page on which a person sets the second factor up, and turns it off."""

    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        signed_in = await self._signed_in(request)
        return await run_in_threadpool(self._page, request, signed_in)

    async def confirm(self, request: Request) -> Response:
        form = await read_form(request)
        signed_in = await self._signed_in(request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        return await run_in_threadpool(self._confirmed, request, signed_in, form.get("code", ""))

    def _confirmed(self, request: Request, signed_in: SignedIn, code: str) -> Response:
        services, person = self._guard.services, signed_in.person
        client = self._guard.client_of(request)
        if person.has_second_factor:
            return go_to(signed_in.base_url, SECOND_FACTOR)
        try:
            with deed(services, "web/second-factor", person.account_id, client, person_id=person.id):
                codes = services.second_factors.confirm(person, code)
                services.web_sessions.close_all_of(person, keep=signed_in.session.fingerprint)
        except TooManyCodes as error:
            return self._page(request, signed_in, problem="second_factor.wait", error=error)
        except WrongCode as error:
            return self._page(request, signed_in, problem="second_factor.wrong", error=error)
        return self._codes(request, signed_in, codes)

    async def new_codes(self, request: Request) -> Response:
        return await self._with_password(request, self._renew_codes)

    def _renew_codes(self, request: Request, signed_in: SignedIn) -> Response:
        services, person = self._guard.services, signed_in.person
        client = self._guard.client_of(request)
        with deed(services, "web/recovery-codes", person.account_id, client, person_id=person.id):
            codes = services.second_factors.new_recovery_codes(person)
        return self._codes(request, signed_in, codes)

    async def turn_off(self, request: Request) -> Response:
        return await self._with_password(request, self._turn_off)

    def _turn_off(self, request: Request, signed_in: SignedIn) -> Response:
        services, person = self._guard.services, signed_in.person
        client = self._guard.client_of(request)
        with deed(services, "web/second-factor/off", person.account_id, client, person_id=person.id):
            if services.second_factors.is_required(person.account_id):
                raise AccountUnprivileged
            services.second_factors.reset(person)
        return go_to(signed_in.base_url, SECOND_FACTOR)

    async def _with_password(
        self, request: Request, action: Callable[[Request, SignedIn], Response]
    ) -> Response:
        """Do something for which the person has to give the password once more."""
        form = await read_form(request)
        signed_in = await self._signed_in(request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        if not signed_in.person.has_second_factor:
            return go_to(signed_in.base_url, SECOND_FACTOR)
        proving, client = self._guard.services.person_sign_in, self._guard.client_of(request)
        try:
            await proving.prove_again(signed_in.person, form.get("password", ""), client)
        except LoginInvalid as error:
            page = partial(self._page, problem="change_password.wrong", error=error)
            return await run_in_threadpool(page, request, signed_in)
        return await run_in_threadpool(action, request, signed_in)

    async def _signed_in(self, request: Request) -> SignedIn:
        """Return who is signed in. Raises ItemNotFound (404) for who signs in through a provider."""
        signed_in = await run_in_threadpool(partial(self._guard.signed_in, request, complete=False))
        if not signed_in.person.has_password:
            raise ItemNotFound(
                "You sign in through a provider, which may ask for a second factor", status=404
            )
        return signed_in

    def _codes(self, request: Request, signed_in: SignedIn, codes: list[str]) -> Response:
        return render(
            request, "recovery_codes", base_url=signed_in.base_url, signed_in=signed_in, codes=codes
        )

    def _page(
        self,
        request: Request,
        signed_in: SignedIn,
        *,
        problem: str = "",
        error: WrongCode | TooManyCodes | LoginInvalid | None = None,
    ) -> Response:
        factors, person = self._guard.services.second_factors, signed_in.person
        headers = dict(error.headers) if error else {}
        required = factors.is_required(person.account_id)
        values: dict[str, object] = {"problem": problem, "seconds": headers.get("Retry-After", "")}
        if person.has_second_factor:
            values |= {"left": factors.codes_left(person), "required": required, "enrolment": None, "qr": ""}
        else:
            enrolment = factors.begin(person, issuer=_issuer(signed_in.base_url))
            picture = segno.make(enrolment.uri, micro=False).svg_data_uri(scale=QR_SCALE, light="white")
            values |= {"left": 0, "required": required, "enrolment": enrolment, "qr": picture}
        return render(
            request,
            "second_factor_setup",
            base_url=signed_in.base_url,
            signed_in=signed_in,
            status=(403 if isinstance(error, LoginInvalid) else error.status) if error else 200,
            headers=headers,
            **values,
        )


def _issuer(base_url: str) -> str:
    """Return what an app calls this server: its host."""
    return urlsplit(base_url).hostname or "scribedock"
