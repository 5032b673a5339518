"""API keys: a person's own, and for an owner all of the account."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.accounts.api_keys import KeyEntry, NewKey
from scribedock.accounts.scopes import KeyScope, Right
from scribedock.api.auditing import deed
from scribedock.errors import AccountUnprivileged, BadApiToken, InvalidQuery, ItemNotFound
from scribedock.web.cookies import PAGES
from scribedock.web.forms import read_form
from scribedock.web.guard import CSRF_FIELD, SignedIn, WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.rendering import go_to, render

DAYS = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
MAX_DAYS = 3650
KEYS = f"{PAGES}/you/keys"


def api_key_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = ApiKeyPages(guard)
    return [
        page_route(guard, "/you/keys", get=pages.show, post=pages.make),
        page_route(guard, "/you/keys/end", post=pages.end),
    ]


class ApiKeyPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    async def show(self, request: Request) -> Response:
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        return await run_in_threadpool(self._page, request, signed_in)

    async def make(self, request: Request) -> Response:
        form = await read_form(request)
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        name, scope, days = (form.get(field, "").strip() for field in ("name", "scope", "days"))
        if scope not in signed_in.person.permissions.key_scopes():
            raise AccountUnprivileged
        if days and not (DAYS.fullmatch(days) and int(days) <= MAX_DAYS):
            return await run_in_threadpool(self._page, request, signed_in, problem="keys.days_unusable")
        wanted = NewKey(
            name=name,
            scope=KeyScope(scope),
            expires_in=timedelta(days=int(days)) if days else None,
            person_id=signed_in.person.id,
        )
        try:
            wanted.check()
            if not name:
                raise InvalidQuery("The key needs a name")
        except InvalidQuery:
            return await run_in_threadpool(self._page, request, signed_in, problem="keys.name_unusable")
        return await run_in_threadpool(self._made, request, signed_in, wanted)

    def _made(self, request: Request, signed_in: SignedIn, wanted: NewKey) -> Response:
        services, person = self._guard.services, signed_in.person
        client = self._guard.client_of(request)
        with deed(services, "web/keys", person.account_id, client, person_id=person.id, about=wanted.name):
            account = services.accounts.by_id(person.account_id)
            if account is None:
                raise BadApiToken
            made = services.api_keys.newest(account, force_new=True, wanted=wanted)
        return self._page(request, signed_in, made=made)

    async def end(self, request: Request) -> Response:
        form = await read_form(request)
        signed_in = await run_in_threadpool(self._guard.signed_in, request)
        self._guard.check_sent_by_us(request, signed_in, form.get(CSRF_FIELD, ""))
        await run_in_threadpool(self._end, request, signed_in, form.get("id", ""))
        return go_to(signed_in.base_url, KEYS)

    def _end(self, request: Request, signed_in: SignedIn, key_id: str) -> None:
        services, person = self._guard.services, signed_in.person
        entry = next((each for each in self._keys(signed_in) if each.id == key_id), None)
        if entry is None:  # it may be another's
            raise ItemNotFound("There is no such API key", status=404)
        client = self._guard.client_of(request)
        with deed(services, "web/keys/end", person.account_id, client, person_id=person.id, about=entry.name):
            services.api_keys.end(entry.id)

    def _keys(self, signed_in: SignedIn) -> list[KeyEntry]:
        """Return the keys that the person may see and end, those that were made last first."""
        person = signed_in.person
        account = self._guard.services.accounts.by_id(person.account_id)
        found = [] if account is None else self._guard.services.api_keys.list_keys(account)
        if Right.CREDENTIALS not in person.permissions.rights:
            found = [each for each in found if each.person_id == person.id]
        return found[::-1]

    def _page(self, request: Request, signed_in: SignedIn, *, made: str = "", problem: str = "") -> Response:
        return render(
            request,
            "api_keys",
            base_url=signed_in.base_url,
            signed_in=signed_in,
            status=422 if problem else 200,
            keys=self._keys(signed_in),
            scopes=signed_in.person.permissions.key_scopes(),
            made=made,
            problem=problem,
            now=self._guard.services.clock.now(),
        )
