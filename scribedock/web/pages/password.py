"""Changing one's own password."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api.auditing import deed
from scribedock.errors import ItemNotFound, LoginInvalid
from scribedock.persons.new_password import MIN_LENGTH, PasswordUnusable, check_new_password
from scribedock.web.cookies import PAGES
from scribedock.web.forms import read_form
from scribedock.web.guard import CSRF_FIELD, SignedIn, WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.rendering import go_to, render


def password_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = PasswordPages(guard)
    return [page_route(guard, "/you/password", get=pages.show, post=pages.change)]


class PasswordPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        return self._form(request, await self._with_password(request))

    async def change(self, request: Request) -> Response:
        form = await read_form(request)
        signed_in = await self._with_password(request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        services, client, person = self._guard.services, self._guard.client_of(request), signed_in.person
        password = form.get("password", "")
        try:
            await services.person_sign_in.prove_again(person, form.get("current", ""), client)
        except LoginInvalid:
            return self._form(request, signed_in, problem="change_password.wrong", status=403)
        try:
            check_new_password(password, person.name, person.email, person.username)
        except PasswordUnusable:
            return self._form(request, signed_in, problem="password.unusable", status=422)
        hashed = await services.hashing.hash_new(client, person.name, password)

        def set_it() -> None:
            with deed(services, "web/password", person.account_id, client, person_id=person.id):
                services.persons.set_password_hash(person, hashed, keep_session=signed_in.session.fingerprint)

        await run_in_threadpool(set_it)
        return go_to(signed_in.base_url, f"{PAGES}/you?changed=password")

    async def _with_password(self, request: Request) -> SignedIn:
        """Return who is signed in. Raises ItemNotFound (404) for who signs in through a provider."""
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        if not signed_in.person.has_password:
            raise ItemNotFound("You sign in through a provider and have no password here", status=404)
        return signed_in

    def _form(
        self, request: Request, signed_in: SignedIn, *, problem: str = "", status: int = 200
    ) -> Response:
        return render(
            request,
            "change_password",
            base_url=signed_in.base_url,
            signed_in=signed_in,
            status=status,
            problem=problem,
            least=MIN_LENGTH,
        )
