"""What people see who have followed a link to one job: its recording, transcript and captions.

The first GET of a link exchanges its secret for a cookie and leads to a page whose address has none. It uses
nothing up and decides nothing, because programs that check mail follow links too. The pages work without
scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from scribedock.api import auditing
from scribedock.api.registry import Backend
from scribedock.api.transport.file_answers import disposition
from scribedock.clock import from_timestamp
from scribedock.errors import ItemNotFound, ScribedockError
from scribedock.jobs.job import Job
from scribedock.jobs.languages import iso_code
from scribedock.orders.passes import PassKind
from scribedock.related.related import language_of
from scribedock.results.descriptions import DescriptionTexts
from scribedock.results.playback import Playback
from scribedock.results.shares import Share, SharePurpose
from scribedock.results.signed_links import APPROVAL, read
from scribedock.web.compression import compress
from scribedock.web.content_policy import application_policy
from scribedock.web.cookies import PAGES
from scribedock.web.guard import WebGuard
from scribedock.web.pages.routing import page_route
from scribedock.web.pages.share_texts import (
    Paragraph,
    paragraphs,
    render_list,
    shared_list,
    with_descriptions,
)
from scribedock.web.recordings import described
from scribedock.web.rendering import go_to, page_facts, page_script, render, root_of
from scribedock.web.texts import Texts
from scribedock.web.viewers import FollowedShare, Viewers
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.rendering import CaptionFormat

READING = {SharePurpose.VIEWING: "share link", SharePurpose.APPROVAL: "approval link"}
"""In the audit log, in the name of the job's account."""
HEADERS = {**application_policy(), "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store"}
SCRIPT = "shared"
TEXTS = ("app", "status", "player", "media", "color", "edge", "font")
"""The texts that the script reads, by the first part of their keys."""
PAGE_OF = {SharePurpose.VIEWING: f"{PAGES}/shared", SharePurpose.APPROVAL: f"{PAGES}/approve"}
FILES: dict[str, CaptionFormat | None] = {
    "captions.vtt": CaptionFormat.WEB_VTT,
    "captions.srt": CaptionFormat.SRT,
    "transcript.txt": None,
}
NOTHING_TO_APPROVE = "There is nothing to approve at this link (any more)"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a page shows of a job."""

    job: Job
    playback: Playback
    transcript: list[Paragraph] | None = None  # None: there is none yet
    version: str = ""  # of the list that it is made from
    described_in: str = ""  # the language of what describes the picture


def share_routes(guard: WebGuard, backend: Backend) -> list[BaseRoute]:
    pages = SharePages(guard, backend)
    return [
        page_route(guard, "/share/{secret}", get=pages.follow),
        page_route(guard, "{token}", get=pages.follow_mailed, below=APPROVAL.path),
        page_route(guard, "/shared/{share_id}", get=pages.show),
        page_route(guard, "/shared/{share_id}/{name}", get=pages.file),
    ]


class SharePages:
    def __init__(self, guard: WebGuard, backend: Backend) -> None:
        self._guard = guard
        self._backend = backend
        self._viewers = Viewers(guard)

    async def follow(self, request: Request) -> Response:
        return await run_in_threadpool(self._follow, request, request.path_params["secret"])

    async def follow_mailed(self, request: Request) -> Response:
        """Follow the link of a mail that asks for approval, whose secret is signed."""

        def follow() -> Response:
            token, services = request.path_params["token"], self._backend.services
            link = read(token, APPROVAL, services.keys.upload.all(), services.clock.now().timestamp())
            current = services.reviews.find_pass(link.subject)
            if current is None or current.kind is not PassKind.APPROVAL:
                raise ItemNotFound(NOTHING_TO_APPROVE, status=404)
            # An older release has mailed links without noting them.
            services.shares.note_mailed(current.job_id, current.id, token, from_timestamp(link.expires))
            return self._follow(request, token)

        return await run_in_threadpool(follow)

    def _follow(self, request: Request, secret: str) -> Response:
        share = self._backend.services.shares.find_share(secret)
        response = go_to(self._guard.base_url(request), f"{PAGE_OF[share.purpose]}/{share.id}")
        self._viewers.remember(request, response, secret)
        return response

    async def show(self, request: Request) -> Response:
        followed = await self._followed(request)
        if followed.share.purpose is SharePurpose.APPROVAL:
            page = f"{PAGE_OF[SharePurpose.APPROVAL]}/{followed.share.id}"
            return go_to(self._guard.base_url(request), page)
        watched = await watch(self._guard, self._backend, request, followed.share)
        return shared_page(self._guard, request, "shared", followed.share, watched)

    async def file(self, request: Request) -> Response:
        """Serve captions or transcript as a file, and as the track of the page's player."""
        name, services = request.path_params["name"], self._backend.services
        share = (await self._followed(request)).share
        if name not in FILES:
            raise ItemNotFound("There is no such file", status=404)
        job = await run_in_threadpool(services.jobs.find_served, share.job_id)
        shared = await run_in_threadpool(shared_list, self._backend, share, job)
        format = FILES[name]
        options = TranscriptOptions() if format is None else CaptionOptions()
        await run_in_threadpool(note_reading, self._guard, request, share, job)
        made = await render_list(self._backend, request, shared, options, format)
        headers = {"Content-Disposition": disposition(job, made.extension, "attachment"), **HEADERS}
        answer = Response(made.body, media_type=f"{made.media_type}; charset=utf-8", headers=headers)
        return await compress(request, answer)

    async def _followed(self, request: Request) -> FollowedShare:
        return await run_in_threadpool(self._viewers.followed, request, request.path_params["share_id"])


async def watch(guard: WebGuard, backend: Backend, request: Request, share: Share) -> Watched:
    """Return what the page of a link shows. Raises ItemNotFound (404) for a job that is gone."""
    services = backend.services

    def find() -> tuple[Job, Playback, DescriptionTexts | None]:
        job = services.jobs.find_served(share.job_id)
        note_reading(guard, request, share, job)
        found = services.playback.find(job)
        if found.awaits_worker:
            backend.wake()
        described = None if found.description is None else services.playback.descriptions.texts(job)
        return job, found, described

    job, playback, described = await run_in_threadpool(find)
    try:
        shared = await run_in_threadpool(shared_list, backend, share, job)
    except ScribedockError:
        return Watched(job=job, playback=playback)
    said = await paragraphs(backend, request, shared)
    return Watched(
        job=job,
        playback=playback,
        transcript=said if described is None else with_descriptions(said, described.texts),
        version=shared.version,
        described_in="" if described is None else described.language,
    )


def note_reading(guard: WebGuard, request: Request, share: Share, job: Job) -> None:
    client = guard.client_of(request)
    with auditing.reading(guard.services, READING[share.purpose], job.account_id, client, job.id):
        pass


def shared_page(
    guard: WebGuard, request: Request, template: str, share: Share, watched: Watched, **values: Any
) -> Response:
    """Return the page of a link, which shows the job and what `values` say."""
    base_url = guard.base_url(request)
    root, job = root_of(base_url), watched.job
    name, language = job.name or job.id, iso_code(language_of(job))
    files = f"{root}{PAGES}/shared/{share.id}"
    reader = Texts.for_request(request).language
    return render(
        request,
        template,
        base_url=base_url,
        headers=HEADERS,
        name=name,
        media=described(watched.playback, f"{root}{PAGES}/jobs/{job.id}/media"),
        language=language,
        transcript=watched.transcript,
        described_in=watched.described_in,
        files=files,
        ends=f"{share.ends:%Y-%m-%d %H:%M}",
        script=page_script(root, SCRIPT),
        facts=page_facts(root, reader, None, TEXTS),
        data={
            "job": job.id,
            "label": name,
            "captions": "" if watched.transcript is None else f"{files}/captions.vtt",
            "language": language,
        },
        **values,
    )
