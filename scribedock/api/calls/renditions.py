"""The calls that return media: its original URL, and what was made from it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import AliasChoices, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scribedock.accounts.scopes import Right
from scribedock.api import auditing
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.errors import error_response
from scribedock.api.registry import Backend, Context, call
from scribedock.api.schema.answers import MediaUrl
from scribedock.api.schema.parameters import Bool, choice
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.file_answers import disposition, is_continued, made_media
from scribedock.app import Services
from scribedock.clock import format_short_time
from scribedock.errors import InvalidOption, ItemNotFound, ScribedockError, SystemFault
from scribedock.jobs.job import Job, TaskStatus
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.media import ffmpeg, text_to_speech
from scribedock.media.ffmpeg import MediaType
from scribedock.results.renditions import Rendition
from scribedock.results.signed_links import MEDIA, Link, verify
from scribedock.sandbox.samples import readable_elementlists

MEDIA_LINK = "media link"  # in the audit log instead of a call
PATIENCE_S = 50  # proxies and clients give up after a minute
POLL_INTERVAL_S = 0.25
RETRY_AFTER_S = 15
UNPROCESSABLE_CONTENT = 422

AnyMediaType = Annotated[MediaType, choice(MediaType)]


@call(
    "job/media",
    JobParameters,
    needs=Right.READ,
    answer='{"MediaUrl": "https://…"}',
    reads_content=True,
    changes=False,
)
def media(context: Context, parameters: JobParameters) -> MediaUrl:
    """Get the URL that the job's media was fetched from."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    found = context.services.media.media_behind_job(job)
    if found is None or found.url is None:
        context.services.media.check_kept(job)
        raise ItemNotFound(
            "The media of this job has no URL: it was sent here; use transcoded_media or download_media"
            if found
            else "The job has no media"
        )
    return {"MediaUrl": found.url}


class TranscodedParameters(JobParameters):
    transcoded_version: AnyMediaType = Field(
        description="mp4 or mp3; also named transcoded_media.",
        validation_alias=AliasChoices("transcoded_version", "transcoded_media"),
    )


@call(
    "job/transcoded_media",
    TranscodedParameters,
    needs=Right.READ,
    shows_content=True,
    answer='{"MediaUrl": "https://…"}',
    refusals=(UNPROCESSABLE_CONTENT,),
)
async def transcoded_media(context: Context, parameters: TranscodedParameters) -> MediaUrl:
    """Get an expiring link to the media as mp4 or mp3."""
    kind = RenditionKind(parameters.transcoded_version.value)
    return {"MediaUrl": await link_to(context, parameters.job_id, context.visible_accounts, kind)}


class DownloadParameters(JobParameters):
    media_type: AnyMediaType = Field(description="mp3 or mp4.")
    text_to_speech: Bool = Field(False, description="Get the audio description, as speech; mp3 only.")
    captioned: Bool = Field(
        False, description="Get the video that burn_in_caption makes, with captions in the picture; mp4 only."
    )


@call(
    "job/download_media",
    DownloadParameters,
    needs=Right.READ,
    answer="the file",
    content={kind.media_type: bytes for kind in RenditionKind},
    also={206: "The part that Range asks for", 416: "The range lies outside of the file"},
    headers={"Range": "As bytes=0-1023: only a part.", "If-Range": "The ETag that Range is about."},
    optional_version=True,
    reads_content=True,
    changes=False,
)
async def download_media(context: Context, parameters: DownloadParameters) -> Response:
    """Download the media as an mp3 or mp4 file, whole or the part that a Range asks for."""
    kind = RenditionKind(parameters.media_type.value)
    if parameters.text_to_speech:
        if parameters.media_type is not MediaType.MP3:
            raise InvalidOption("media_type: the spoken audio description is a sound; use mp3")
        kind = RenditionKind.DESCRIPTION
    if parameters.captioned:
        if parameters.media_type is not MediaType.MP4 or parameters.text_to_speech:
            raise InvalidOption("captioned: a sound has no picture for captions; use media_type=mp4")
        kind = RenditionKind.CAPTIONED
    rendition = await run_in_threadpool(
        _request_rendition, context, parameters.job_id, context.visible_accounts, kind
    )
    made = await _made(context.backend, rendition, status=400)
    job = await run_in_threadpool(context.services.jobs.find_job, made.job_id, context.visible_accounts)
    name = disposition(job, kind.extension, "attachment")
    return made_media(context.request, context.services.store, made, name)


async def link_to(
    context: Context, job_id: str, visible_accounts: frozenset[str], kind: RenditionKind
) -> str:
    """Return a link to a job's rendition once it is made. Raises ItemNotFound (422), and 503."""
    rendition = await run_in_threadpool(_request_rendition, context, job_id, visible_accounts, kind)
    return link(
        context.backend,
        context.base_url,
        await _made(context.backend, rendition, status=UNPROCESSABLE_CONTENT),
    )


def link(backend: Backend, base_url: str, rendition: Rendition) -> str:
    """Sign a URL of the file that is valid for `SCRIBEDOCK_MEDIA_LINK_LIFETIME_S`."""
    services = backend.services
    expires = int(services.clock.now().timestamp()) + services.settings.media_link_lifetime_s
    key = services.keys.upload.all()[0]
    return Link(subject=rendition.id, expires=expires).url(
        base_url, MEDIA, key, extension=rendition.kind.extension
    )


def serve_link(backend: Backend, addresses: ClientAddresses) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that `link` points to."""
    services = backend.services

    def answer(request: Request) -> Response:
        token = request.path_params["name"].partition(".")[0]
        now = services.clock.now().timestamp()
        rendition = services.renditions.find_rendition(verify(token, MEDIA, services.keys.upload.all(), now))
        if rendition is None or rendition.storage_key is None:
            raise ItemNotFound("There is no media at this link (any more)", status=404)
        job = services.jobs.find_served(rendition.job_id)
        name = disposition(job, rendition.kind.extension)
        if is_continued(request):
            return made_media(request, services.store, rendition, name)
        client = addresses.client_of(request)
        with auditing.reading(services, MEDIA_LINK, job.account_id, client, job.id):
            return made_media(request, services.store, rendition, name)

    async def serve(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except ScribedockError as error:
            return error_response(error)

    return serve


def _request_rendition(
    context: Context, job_id: str, visible_accounts: frozenset[str], kind: RenditionKind
) -> Rendition:
    """Raise ItemNotFound where the job has no media, InvalidOption where this server cannot make it."""
    job = context.services.jobs.find_job(job_id, visible_accounts)
    if kind is RenditionKind.DESCRIPTION and text_to_speech.find_espeak() is None and not job.sandbox:
        raise InvalidOption("text_to_speech: this server has no espeak-ng, which would speak")
    if kind is RenditionKind.CAPTIONED and not ffmpeg.draws_captions() and not job.sandbox:
        raise InvalidOption(f"captioned: {ffmpeg.LACKS_CAPTIONS}")
    return ask_for(context, job, visible_accounts, kind)


def ask_for(context: Context, job: Job, visible_accounts: frozenset[str], kind: RenditionKind) -> Rendition:
    """Return the job's rendition, requested unless it exists. Raises ItemNotFound where there is no media."""
    services = context.services
    lists = readable_elementlists(services.elementlists, job)
    if kind is RenditionKind.DESCRIPTION:
        source = f"list {format_short_time(lists.choose(job, audio_description=True).created)}"
    elif kind is RenditionKind.CAPTIONED:
        version = lists.choose(job).created
        source = f"{recording(services, job)} list {format_short_time(version)}"
    else:
        source = recording(services, job)
    rendition = services.renditions.request_rendition(job.id, visible_accounts, kind, source)
    if rendition.status is TaskStatus.QUEUED:
        context.backend.wake()
    return rendition


def recording(services: Services, job: Job) -> str:
    """Describe what a rendition is made of: a sandbox has a sample. Raises ItemNotFound without media."""
    found = services.media.media_behind_job(job)
    if found is None and not job.sandbox:
        services.media.check_kept(job)
        raise ItemNotFound("The job has no media: add some with request_upload_url or add_media")
    return "sample" if found is None else f"media {found.task_id}"


async def _made(backend: Backend, rendition: Rendition, *, status: int) -> Rendition:
    """Wait until it is made. Raises ItemNotFound (with `status`) where it cannot be, 503 when time is up."""
    deadline = time.monotonic() + PATIENCE_S
    found: Rendition | None = rendition
    while found is not None and found.status in (TaskStatus.QUEUED, TaskStatus.INPROGRESS):
        if time.monotonic() > deadline:
            raise SystemFault(
                "The file is still being made; ask again a little later",
                status=503,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        await asyncio.sleep(POLL_INTERVAL_S)
        found = await run_in_threadpool(backend.services.renditions.find_rendition, rendition.id)
    if found is None:
        raise ItemNotFound("The job was deleted")
    if found.status is TaskStatus.ABORTED:
        raise SystemFault(found.problem, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    if found.storage_key is None:
        raise ItemNotFound(found.problem, status=status)
    return found
