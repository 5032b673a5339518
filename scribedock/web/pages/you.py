"""What a person sees and changes about themselves."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api.auditing import deed
from scribedock.web.cookies import PAGES
from scribedock.web.forms import local_target, read_form
from scribedock.web.guard import CSRF_FIELD, WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.sign_in import HOME
from scribedock.web.rendering import go_to, render
from scribedock.web.texts import LANGUAGE_COOKIE, LANGUAGES

YEAR_S = 365 * 86_400


def you_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = YouPages(guard)
    return [
        page_route(guard, "/you", get=pages.show),
        page_route(guard, "/you/sign-out-others", post=pages.sign_out_others),
        page_route(guard, "/language", post=pages.choose_language),
    ]


class YouPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        changed = request.query_params.get("changed") == "password"
        return render(
            request,
            "you",
            base_url=signed_in.base_url,
            signed_in=signed_in,
            notice="change_password.done" if changed else "",
            others=await run_in_threadpool(self._guard.services.web_sessions.others_of, signed_in.session),
        )

    async def sign_out_others(self, request: Request) -> Response:
        form = await read_form(request)
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        services, person, client = self._guard.services, signed_in.person, self._guard.client_of(request)

        def end() -> None:
            with deed(services, "web/sign-out-others", person.account_id, client, person_id=person.id):
                services.web_sessions.close_all_of(person, keep=signed_in.session.fingerprint)

        await run_in_threadpool(end)
        return go_to(signed_in.base_url, f"{PAGES}/you")

    async def choose_language(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request)
        base_url = self._guard.base_url(request)
        response = go_to(base_url, local_target(form.get("next", ""), otherwise=HOME))
        language = form.get("language", "")
        if language in LANGUAGES:
            rules = self._guard.cookies(request)
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=YEAR_S,
                path=f"{rules.prefix}{PAGES}",
                secure=rules.secure,
                samesite="lax",
            )
        return response
