"""The pages of the application: the server says what they need to know, scripts do the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.accounts.reviewers import is_reviewed
from scribedock.accounts.scopes import Right
from scribedock.accounts.visible import visible_usernames
from scribedock.api.registry import Backend
from scribedock.errors import AccountUnprivileged, ItemNotFound
from scribedock.jobs.job import TURNAROUND_HOURS, Priority
from scribedock.jobs.languages import SOURCE_LANGUAGES
from scribedock.persons.roles import Role
from scribedock.persons.web_sessions import NotSignedIn
from scribedock.web.content_policy import application_policy, origin_of
from scribedock.web.guard import SignedIn, WebGuard
from scribedock.web.pages.editing import editor_data
from scribedock.web.pages.results import caption_formats, caption_presets
from scribedock.web.pages.routing import page_route
from scribedock.web.rendering import page_facts, page_script, render, root_of
from scribedock.web.texts import Texts, catalogue

MAX_ACCOUNTS = 500  # that a list of choices may have
EVERY_PAGE = ("app", "status")
TEXTS: Mapping[str, tuple[str, ...]] = {
    "edit": (*EVERY_PAGE, "edit", "media"),
    "job": (
        *EVERY_PAGE,
        "again",
        "approval",
        "job",
        "share",
        "player",
        "media",
        "color",
        "edge",
        "font",
        "format",
        "preset",
        "priority",
        "iwp",
    ),
    "jobs": (*EVERY_PAGE, "again", "jobs", "priority"),
    "new": (*EVERY_PAGE, "new", "priority", "step"),
    "reviews": (*EVERY_PAGE, "reviews", "iwp", "priority"),
}
"""The texts that a page's scripts read, by the first part of their keys."""


def application_routes(guard: WebGuard, backend: Backend) -> list[BaseRoute]:
    pages = ApplicationPages(guard, backend)
    return [
        page_route(guard, "/jobs", get=pages.jobs),
        page_route(guard, "/jobs/{job_id}/edit", get=pages.edit),
        page_route(guard, "/jobs/{job_id}", get=pages.job),
        page_route(guard, "/new", get=pages.new),
        page_route(guard, "/reviews", get=pages.reviews),
    ]


class ApplicationPages:
    def __init__(self, guard: WebGuard, backend: Backend) -> None:
        self._guard = guard
        self._backend = backend

    async def jobs(self, request: Request) -> Response:
        return await run_in_threadpool(self._jobs, request)

    async def edit(self, request: Request) -> Response:
        return await run_in_threadpool(self._edit, request)

    async def job(self, request: Request) -> Response:
        return await run_in_threadpool(self._job, request)

    async def new(self, request: Request) -> Response:
        return await run_in_threadpool(self._new, request)

    async def reviews(self, request: Request) -> Response:
        return await run_in_threadpool(self._reviews, request)

    def _jobs(self, request: Request) -> Response:
        signed_in = self._guard.signed_in(request)
        with self._backend.services.database.read() as connection:
            names = visible_usernames(connection, signed_in.person.account_id, limit=MAX_ACCOUNTS)
        return self._page(
            request,
            "jobs",
            signed_in,
            {
                "languages": sorted(SOURCE_LANGUAGES),
                "accounts": names,
                "mayChange": _may(signed_in, Right.CHANGE),
                "mayRead": _may(signed_in, Right.READ, contents=True),
                "mayUpload": _may(signed_in, Right.UPLOAD),
                "offer": self._offer(signed_in),
            },
        )

    def _edit(self, request: Request) -> Response:
        signed_in = self._guard.signed_in(request)
        job_id, kind = request.path_params["job_id"], request.query_params.get("kind", "")
        data = editor_data(self._backend, signed_in.person, job_id, kind)
        return self._page(request, "edit", signed_in, data, title=data["name"])

    def _new(self, request: Request) -> Response:
        signed_in = self._guard.signed_in(request)
        if not _may(signed_in, Right.UPLOAD):
            raise AccountUnprivileged
        settings = self._backend.services.settings
        offer = {**self._offer(signed_in), "maxBytes": settings.upload_max_bytes}
        return self._page(request, "new", signed_in, offer, connections=self._upload_origins())

    def _job(self, request: Request) -> Response:
        signed_in = self._guard.signed_in(request)
        services = self._backend.services
        known = services.accounts.with_visible_accounts(signed_in.person.account_id)
        if known is None:
            raise NotSignedIn
        try:
            job = services.jobs.find_job(request.path_params["job_id"], known[1])
        except ItemNotFound as error:
            raise ItemNotFound(error.comment, status=404) from None
        data = {
            "job": job.id,
            "name": job.name,
            "mayChange": _may(signed_in, Right.CHANGE),
            "mayUpload": _may(signed_in, Right.UPLOAD),
            "mayRead": _may(signed_in, Right.READ, contents=True),
            "mayAudit": _may(signed_in, Right.ADMINISTER),
            "doubtBelow": self._backend.capabilities.doubt_below,
            "formats": caption_formats(),
            "presets": caption_presets(),
            "offer": self._offer(signed_in),
        }
        return self._page(request, "job", signed_in, data, title=job.name)

    def _reviews(self, request: Request) -> Response:
        signed_in = self._guard.signed_in(request)
        person, services = signed_in.person, self._backend.services
        account = services.accounts.by_id(person.account_id)
        if account is None or not _may(signed_in, Right.REVIEW, contents=True):
            raise AccountUnprivileged
        services.reviewers.scope(account, as_reviewer=person.role is Role.REVIEWER)
        return self._page(request, "reviews", signed_in, {})

    def _offer(self, signed_in: SignedIn) -> dict[str, Any]:
        """Return what may be ordered."""
        services, capabilities = self._backend.services, self._backend.capabilities
        offered = [Priority(name) for name in services.settings.priorities] or list(Priority)
        hours = sorted(offered, key=lambda each: -TURNAROUND_HOURS[each])
        with services.database.read() as connection:
            has_reviewers = is_reviewed(connection, signed_in.person.account_id)
        return {
            "languages": capabilities.listed_languages(),
            "detectsLanguage": capabilities.detects_language,
            "priorities": [(each.value, TURNAROUND_HOURS[each]) for each in hours],
            "isReviewed": has_reviewers,
        }

    def _upload_origins(self) -> tuple[str, ...]:
        """Return the origins besides the page's own that upload URLs may have."""
        services = self._backend.services
        public = origin_of(services.settings.public_url or "")
        return tuple(origin for origin in (public, origin_of(services.uploads.direct_url() or "")) if origin)

    def _page(
        self,
        request: Request,
        page: str,
        signed_in: SignedIn,
        data: Mapping[str, Any],
        *,
        title: str = "",
        connections: tuple[str, ...] = (),
    ) -> Response:
        texts = Texts.for_request(request)
        root = root_of(signed_in.base_url)
        script = page_script(root, page)
        if script is None:
            return render(request, "missing", base_url=signed_in.base_url, signed_in=signed_in, status=503)
        return render(
            request,
            "application",
            base_url=signed_in.base_url,
            signed_in=signed_in,
            headers=application_policy(connections),
            page=page,
            title=title or texts(f"{page}.title"),
            window_title=_window_title(page, title, texts),
            explanation=catalogue(texts.language).get(f"{page}.explanation", ""),
            script=script,
            facts=page_facts(root, texts.language, signed_in, TEXTS[page]),
            data=data,
        )


def _window_title(page: str, title: str, texts: Texts) -> str:
    """Return what the window is called: the pages of one job differ by it."""
    usual = texts(f"{page}.title")
    return usual if not title else title if page == "job" else f"{usual}: {title}"


def _may(signed_in: SignedIn, right: Right, *, contents: bool = False) -> bool:
    return signed_in.person.permissions.permit(right, contents=contents)
