"""What the links in mails lead to: accepting an invitation, and setting a forgotten password anew.

The first GET of a link exchanges its secret for a cookie and leads to a page whose address has none. It uses
nothing up, because programs that check mail follow links too.
"""

from __future__ import annotations

import structlog
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api.auditing import deed
from scribedock.errors import InvalidQuery
from scribedock.mail import Mailer
from scribedock.persons.links import LinkPurpose, LinkUnusable, PersonLink
from scribedock.persons.new_password import MIN_LENGTH, PasswordUnusable, check_new_password
from scribedock.persons.person import NewPerson
from scribedock.persons.persons import PersonExists
from scribedock.persons.signing_in import ProvenPerson
from scribedock.persons.web_sessions import csrf_token
from scribedock.web.cookies import PAGES, Cookie
from scribedock.web.forms import read_form
from scribedock.web.guard import CSRF_FIELD, WebGuard, check_token
from scribedock.web.letters import letter, send_quietly
from scribedock.web.pages.routing import SIGN_IN, page_route
from scribedock.web.pages.sign_in import HOME, MAX_NAME, begin_session
from scribedock.web.rendering import go_to, render
from scribedock.web.texts import Texts

log = structlog.get_logger("scribedock.web")

COOKIE_LIFE_S = 3600
PAGE_OF = {LinkPurpose.INVITATION: f"{PAGES}/invitation", LinkPurpose.PASSWORD: f"{PAGES}/new-password"}


def link_routes(guard: WebGuard) -> list[BaseRoute]:
    pages = LinkPages(guard)
    return [
        page_route(guard, "/forgotten", get=pages.show_forgotten, post=pages.send_link),
        page_route(guard, "/link/{secret}", get=pages.follow),
        page_route(guard, "/invitation", get=pages.show_invitation, post=pages.accept),
        page_route(guard, "/new-password", get=pages.show_new_password, post=pages.set_password),
    ]


class LinkPages:
    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard
        self._mailer = Mailer(guard.services.settings)

    async def show_forgotten(self, request: Request) -> Response:
        return self._forgotten(request, sent=False)

    async def send_link(self, request: Request) -> Response:
        """Answer before anybody is looked for: neither answer nor time says whether somebody is found."""
        self._guard.check_origin(request)
        form = await read_form(request)
        name = form.get("username", "").strip()[:MAX_NAME]
        services, client = self._guard.services, self._guard.client_of(request)
        if services.settings.sends_links:
            await run_in_threadpool(services.login_failures.check, name, client)
            await run_in_threadpool(services.login_failures.count, name, client, by_name=False)
        response = self._forgotten(request, sent=True)
        if services.settings.sends_links:
            response.background = BackgroundTask(self._mail_link, request, name)
        return response

    def _mail_link(self, request: Request, name: str) -> None:
        try:
            self._make_and_mail_link(request, name)
        except Exception:
            log.exception("no link to a new password was made")

    def _make_and_mail_link(self, request: Request, name: str) -> None:
        services = self._guard.services
        mailed = services.person_links.new_password(name)
        if mailed is None:
            return
        link = mailed.link
        client = self._guard.client_of(request)
        with deed(services, "web/forgotten", link.account_id, client, person_id=link.person_id):
            base_url = services.settings.public_url or ""
            send_quietly(self._mailer, letter(mailed, Texts.for_request(request), base_url))

    def _forgotten(self, request: Request, *, sent: bool) -> Response:
        return render(
            request,
            "forgotten",
            base_url=self._guard.base_url(request),
            sent=sent,
            sends_links=self._guard.services.settings.sends_links,
        )

    async def follow(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        link = await run_in_threadpool(self._guard.services.person_links.find_link, secret)
        response = go_to(self._guard.base_url(request), PAGE_OF[link.purpose])
        self._guard.cookies(request).set(response, Cookie.LINK, secret, max_age_s=COOKIE_LIFE_S)
        return response

    async def show_invitation(self, request: Request) -> Response:
        secret, link = await self._link(request, LinkPurpose.INVITATION)
        return self._invitation(request, secret, link)

    async def accept(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request)
        secret, link = await self._link(request, LinkPurpose.INVITATION)
        check_token(form.get(CSRF_FIELD, ""), csrf_token(secret))
        name, password = form.get("name", "").strip(), form.get("password", "")
        try:
            NewPerson(name=name, email=link.email, role=link.role).check()
        except InvalidQuery:
            return self._invitation(request, secret, link, name=name, problem="person.name_unusable")
        try:
            check_new_password(password, name, link.email, link.username)
        except PasswordUnusable:
            return self._invitation(request, secret, link, name=name, problem="password.unusable")
        services, client = self._guard.services, self._guard.client_of(request)
        hashed = await services.hashing.hash_new(client, link.email, password)

        def enter() -> Response:
            with deed(services, "web/invitation", link.account_id, client, about=link.email):
                person = services.person_links.accept(secret, name, hashed)
            proven = ProvenPerson(person_id=person.id, password_hash=hashed)
            return begin_session(self._guard, request, proven, HOME)

        try:
            response = await run_in_threadpool(enter)
        except PersonExists:
            return self._invitation(request, secret, link, name=name, problem="invitation.exists")
        self._guard.cookies(request).clear(response, Cookie.LINK)
        return response

    async def show_new_password(self, request: Request) -> Response:
        secret, link = await self._link(request, LinkPurpose.PASSWORD)
        return self._new_password(request, secret, link)

    async def set_password(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request)
        secret, link = await self._link(request, LinkPurpose.PASSWORD)
        check_token(form.get(CSRF_FIELD, ""), csrf_token(secret))
        password = form.get("password", "")
        try:
            check_new_password(password, link.name, link.email, link.username)
        except PasswordUnusable:
            return self._new_password(request, secret, link, problem="password.unusable")
        services, client = self._guard.services, self._guard.client_of(request)
        hashed = await services.hashing.hash_new(client, link.email, password)

        def change() -> None:
            with deed(services, "web/new-password", link.account_id, client, person_id=link.person_id):
                services.person_links.set_password(secret, hashed)

        await run_in_threadpool(change)
        response = go_to(self._guard.base_url(request), f"{SIGN_IN}?changed=password")
        self._guard.cookies(request).clear(response, Cookie.LINK)
        return response

    async def _link(self, request: Request, purpose: LinkPurpose) -> tuple[str, PersonLink]:
        """Return the secret of the browser's link and what it is for. Raises LinkUnusable."""
        secret = self._guard.cookies(request).read(request, Cookie.LINK)
        link = await run_in_threadpool(self._guard.services.person_links.find_link, secret)
        if link.purpose is not purpose:
            raise LinkUnusable
        return secret, link

    def _invitation(
        self, request: Request, secret: str, link: PersonLink, *, name: str | None = None, problem: str = ""
    ) -> Response:
        return render(
            request,
            "invitation",
            base_url=self._guard.base_url(request),
            status=422 if problem else 200,
            link=link,
            name=link.name if name is None else name,
            problem=problem,
            token=csrf_token(secret),
            least=MIN_LENGTH,
        )

    def _new_password(
        self, request: Request, secret: str, link: PersonLink, *, problem: str = ""
    ) -> Response:
        return render(
            request,
            "new_password",
            base_url=self._guard.base_url(request),
            status=422 if problem else 200,
            link=link,
            problem=problem,
            token=csrf_token(secret),
            least=MIN_LENGTH,
        )
