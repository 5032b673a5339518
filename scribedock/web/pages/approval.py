"""The page on which a customer approves or rejects by a link. Only its form decides, and only by POST."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api import auditing
from scribedock.api.calls.reviews import enrich
from scribedock.api.registry import Backend
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Job
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.persons.web_sessions import csrf_token
from scribedock.results.shares import Share, SharePurpose, ShareUnusable
from scribedock.reviews.decisions import MAX_COMMENT_CHARACTERS
from scribedock.reviews.review_pass import CURRENT_STATUSES
from scribedock.web.forms import read_form
from scribedock.web.guard import CSRF_FIELD, WebGuard, check_token
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.share_texts import shared_list
from scribedock.web.pages.shared import HEADERS, READING, shared_page, watch
from scribedock.web.rendering import render
from scribedock.web.viewers import FollowedShare, Viewers

REJECTION = "rejection by approval link"  # in the audit log
MAX_FORM_BYTES = 64 * 1024


def approval_routes(guard: WebGuard, backend: Backend) -> list[BaseRoute]:
    pages = ApprovalPages(guard, backend)
    return [page_route(guard, "/approve/{share_id}", get=pages.show, post=pages.decide)]


class ApprovalPages:
    def __init__(self, guard: WebGuard, backend: Backend) -> None:
        self._guard = guard
        self._backend = backend
        self._viewers = Viewers(guard)

    async def show(self, request: Request) -> Response:
        followed = await self._followed(request)
        status = await run_in_threadpool(self._status, followed.share)
        if status not in CURRENT_STATUSES:
            return self._ended(request, status)
        return await self._form(request, followed)

    async def decide(self, request: Request) -> Response:
        self._guard.check_origin(request)
        form = await read_form(request, most=MAX_FORM_BYTES)
        followed = await self._followed(request)
        check_token(form.get(CSRF_FIELD, ""), csrf_token(followed.secret))
        status = await run_in_threadpool(self._status, followed.share)
        if status not in CURRENT_STATUSES:
            return self._ended(request, status)
        comment, decision = form.get("comment", "").strip(), form.get("decision", "")
        if decision not in ("approve", "reject"):
            raise InvalidQuery("decision: send approve or reject")
        if len(comment) > MAX_COMMENT_CHARACTERS:
            return await self._form(request, followed, comment, problem="approval.comment_too_long")
        if decision == "reject" and not comment:
            return await self._form(request, followed, problem="approval.comment_missing")
        job = await run_in_threadpool(self._backend.services.jobs.find_served, followed.share.job_id)
        seen = await run_in_threadpool(shared_list, self._backend, followed.share, job)
        if decision == "approve" and form.get("version", "") != seen.version:
            return await self._form(request, followed, comment, problem="approval.changed")
        if decision == "reject":
            await run_in_threadpool(self._reject, request, job, comment)
            return self._ended(request, PassStatus.WAITING)
        await self._approve(request, job, comment)
        return self._ended(request, PassStatus.DONE)

    def _status(self, share: Share) -> PassStatus | None:
        """Return how far the pass is; None where it is gone."""
        current = None if share.pass_id is None else self._backend.services.reviews.find_pass(share.pass_id)
        return None if current is None or current.kind is not PassKind.APPROVAL else current.status

    def _reject(self, request: Request, job: Job, comment: str) -> None:
        services, client = self._backend.services, self._guard.client_of(request)
        with auditing.deed(services, REJECTION, job.account_id, client, job.id):
            services.rejections.reject(job.id, None, PassKind.APPROVAL, None, comment)
        self._backend.wake()

    async def _approve(self, request: Request, job: Job, comment: str) -> None:
        services, client = self._backend.services, self._guard.client_of(request)
        branch = await run_in_threadpool(services.accounts.branch, job.account_id)
        ending = await run_in_threadpool(services.reviews.ending, job.id, None, PassKind.APPROVAL, None)
        enriched = await enrich(self._backend, request, branch, ending)

        def end_pass() -> None:
            with auditing.deed(services, READING[SharePurpose.APPROVAL], job.account_id, client, job.id):
                services.reviews.approve(
                    job.id, None, PassKind.APPROVAL, None, enriched=enriched, comment=comment
                )
            self._backend.wake()

        await run_in_threadpool(end_pass)

    async def _form(
        self, request: Request, followed: FollowedShare, comment: str = "", *, problem: str = ""
    ) -> Response:
        watched = await watch(self._guard, self._backend, request, followed.share)
        return shared_page(
            self._guard,
            request,
            "approval",
            followed.share,
            watched,
            status=422 if problem else 200,
            comment=comment,
            problem=problem,
            most=MAX_COMMENT_CHARACTERS,
            version=watched.version,
            token=csrf_token(followed.secret),
        )

    def _ended(self, request: Request, status: PassStatus | None) -> Response:
        ends = {PassStatus.DONE: "approval.approved", None: "approval.nothing"}
        key = ends.get(status, "approval.rejected")
        base_url = self._guard.base_url(request)
        return render(request, "decided", base_url=base_url, headers=HEADERS, key=key)

    async def _followed(self, request: Request) -> FollowedShare:
        """Return the link. Raises ShareUnusable, also for one with which nothing may be approved."""
        share_id = request.path_params["share_id"]
        followed = await run_in_threadpool(self._viewers.followed, request, share_id)
        if followed.share.purpose is not SharePurpose.APPROVAL:
            raise ShareUnusable
        return followed
