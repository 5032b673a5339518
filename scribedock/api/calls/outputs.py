"""The calls that return a transcription: as transcript, captions, ElementList."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scribedock import __version__
from scribedock.accounts.scopes import Right
from scribedock.api import auditing
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.errors import error_response
from scribedock.api.registry import Backend, ConditionalRight, Context, call
from scribedock.api.schema.answers import CaptionUrl, ElementList, ListVersion
from scribedock.api.schema.option_models import model_of, options_from
from scribedock.api.schema.parameters import Bool, Moment, choice
from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.api.transport.file_answers import disposition
from scribedock.api.transport.kept_json import kept_json
from scribedock.api.transport.waiting import unless_gone
from scribedock.clock import format_short_time, format_time, parse_time
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.elementlists import ElementListVersion
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock.sandbox.samples import readable_elementlists
from scribedock_captions.document import Metadata
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.rendering import CaptionFormat, Rendering
from scribedock_captions.writers import WRITERS


class ElementListParameters(JobParameters):
    elementlist_version: Moment | None = Field(
        None, description="A version from list_elementlists; absent: the latest."
    )
    iwp_name: Annotated[Iwp, choice(Iwp)] | None = Field(None, description="The latest version of this name.")
    audio_description: Bool = Field(False, description="Use the list that describes the picture.")


class SourceParameters(ElementListParameters):
    mixed: Bool = Field(False, description="Mix both lists by time; needs audio_description.")


TranscriptParameters = model_of(
    "TranscriptParameters",
    SourceParameters,
    TranscriptOptions,
    {"emit_speaker_change_token_as": "emit_speaker_change_tokens_as"},
)


class CaptionSourceParameters(SourceParameters):
    caption_format: Annotated[CaptionFormat, choice(CaptionFormat)] = Field(
        description="The format, in upper or lower case."
    )
    build_url: Bool = Field(
        False,
        description="Answer with a URL of these captions instead, which ends with the job's results.",
    )


CaptionParameters = model_of(
    "CaptionParameters",
    CaptionSourceParameters,
    CaptionOptions,
    {"emit_speaker_change_token_as": "emit_speaker_change_tokens_as"},
)


CAPTION_LINK = "caption link"  # in the audit log instead of a call
NOT_MODIFIED = {304: "You have it already"}
IF_NONE_MATCH = {"If-None-Match": "The ETag of what you have."}


@call(
    "job/get_transcript",
    TranscriptParameters,
    needs=Right.READ,
    answer="the transcript",
    content={"text/plain": bytes, "text/html": bytes},
    also=NOT_MODIFIED,
    headers=IF_NONE_MATCH,
    reads_content=True,
    changes=False,
)
async def get_transcript(context: Context, parameters: Any) -> Response:
    """Get the transcript as text."""
    options = options_from(TranscriptOptions, parameters)
    source = await run_in_threadpool(_source, context, parameters)
    order = CachedRendering(context, source, options)
    return order.unchanged() or order.file(await order.rendering())


@call(
    "job/get_caption",
    CaptionParameters,
    needs=ConditionalRight(
        usual=Right.READ,
        special=Right.CHANGE,
        when=lambda parameters: parameters.build_url,
        case="build_url=true",
    ),
    answer='the captions, or {"CaptionUrl": "https://…"}',
    content={
        **{writer.media_type: bytes for writer in WRITERS.values()},
        "application/json": CaptionUrl,
    },
    also=NOT_MODIFIED,
    headers=IF_NONE_MATCH,
    reads_content=True,
    changes=lambda parameters: parameters.build_url,
)
async def get_caption(context: Context, parameters: Any) -> Response | CaptionUrl:
    """Get the captions in the requested format."""
    options = options_from(CaptionOptions, parameters)
    source = await run_in_threadpool(_source, context, parameters)
    order = CachedRendering(context, source, options, parameters.caption_format)
    if parameters.build_url:
        extension = WRITERS[parameters.caption_format].extension
        return {"CaptionUrl": f"{context.base_url}/captions/{await _url_id(context, order)}{extension}"}
    return order.unchanged() or order.file(await order.rendering())


@call(
    "job/get_elementlist",
    ElementListParameters,
    needs=Right.READ,
    answer="the ElementList",
    content={"application/json": ElementList},
    also=NOT_MODIFIED,
    headers=IF_NONE_MATCH,
    reads_content=True,
    changes=False,
)
def get_elementlist(context: Context, parameters: ElementListParameters) -> Response:
    """Get the ElementList: the transcript with the time of every word."""
    source = _source(context, parameters)
    [version] = source.versions
    lists = readable_elementlists(context.services.elementlists, source.job)
    headers = {"ETag": f'"{format_time(version.created)}"', "Cache-Control": "private, no-cache"}
    if _is_known(context, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return kept_json(lists.compressed(source.job.id, version.created), headers=headers)


@call(
    "job/list_elementlists",
    JobParameters,
    needs=Right.READ,
    answer='[{"iwp_name": "…", "version": "…"}, …]',
    changes=False,
)
def list_elementlists(context: Context, parameters: JobParameters) -> list[ListVersion]:
    """List the ElementList versions that the job's passes have made, oldest first."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    job.check_results_kept()
    return [
        {"iwp_name": item.iwp_name, "version": format_time(item.created)}
        for item in readable_elementlists(context.services.elementlists, job).versions(job.id)
    ]


@dataclass(frozen=True, kw_only=True)
class RenderSource:
    """A job, and the versions of its list that are rendered."""

    job: Job
    versions: tuple[ElementListVersion, ...]  # the second is mixed in


def _source(context: Context, parameters: Any) -> RenderSource:
    """Find the list and media to write from. Raises ItemNotFound, InvalidQuery."""
    described = parameters.audio_description
    mixed = getattr(parameters, "mixed", False)
    if mixed and not described:
        raise InvalidQuery("mixed: needs audio_description=true, whose list is mixed in")
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    elementlists = readable_elementlists(context.services.elementlists, job)
    wanted = {"iwp_name": parameters.iwp_name, "version": parameters.elementlist_version}
    if not mixed:
        return RenderSource(
            job=job, versions=(elementlists.choose(job, **wanted, audio_description=described),)
        )
    description = elementlists.choose(job, audio_description=True)
    return RenderSource(job=job, versions=(elementlists.choose(job, **wanted), description))


class CachedRendering:
    """A rendering that a caller requests, and its key in every cache."""

    def __init__(
        self,
        context: Context,
        source: RenderSource,
        options: CaptionOptions | TranscriptOptions,
        format: CaptionFormat | None = None,
    ) -> None:
        self._context = context
        self.job = job = source.job
        self._request = RenderRequest(
            lists=tuple((job.id, format_short_time(item.created)) for item in source.versions),
            options=options,
            format=format,
            media_end=job.media_ms,
            metadata=Metadata(
                title=job.name,
                identifier=job.id,
                custom={key: str(value) for key, value in (job.options.custom_metadata or {}).items()},
            ),
        )
        # A digest of everything that the bytes depend on: versions, format, options, job, release.
        self.digest = hashlib.sha256(f"{__version__}\0{self._request!r}".encode()).hexdigest()

    @property
    def _headers(self) -> dict[str, str]:
        return {"ETag": f'"{self.digest[:32]}"', "Cache-Control": "private, no-cache"}

    def unchanged(self) -> Response | None:
        """Return the answer (304) to a caller who already has the file, else None."""
        headers = self._headers
        return (
            Response(status_code=304, headers=headers) if _is_known(self._context, headers["ETag"]) else None
        )

    async def rendering(self) -> Rendering:
        """Return the rendering, cached or made in another process."""
        elementlists = readable_elementlists(self._context.services.elementlists, self.job)

        def body(key: ElementListKey) -> bytes:
            return elementlists.body(key[0], parse_time(key[1]))

        branch = await run_in_threadpool(lambda: self._context.branch)
        wanted = self._context.backend.renderings.get(branch, self.digest, self._request, body)
        return await unless_gone(self._context.request, wanted)

    def file(self, rendering: Rendering) -> Response:
        return Response(
            rendering.body,
            headers={
                **self._headers,
                "Content-Type": f"{rendering.media_type}; charset=utf-8",
                "Content-Disposition": disposition(self.job, rendering.extension),
            },
        )


async def _url_id(context: Context, order: CachedRendering) -> str:
    """Return the id of the caption URL; its bytes are rendered once, and stored."""
    urls = context.services.caption_urls
    known = await run_in_threadpool(urls.known, order.job.id, order.digest)
    if known is not None:
        return known
    rendering = await order.rendering()
    media_type = f"{rendering.media_type}; charset=utf-8"
    return await run_in_threadpool(urls.keep, order.job.id, order.digest, rendering.body, media_type)


def _is_known(context: Context, etag: str) -> bool:
    given = context.request.headers.get("if-none-match", "").split(",")
    return any(each.strip().removeprefix("W/") in (etag, "*") for each in given)


def serve_captions(backend: Backend, addresses: ClientAddresses) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that `build_url` points to."""
    services = backend.services

    def answer(request: Request) -> Response:
        url_id = request.path_params["name"].partition(".")[0]
        stored = services.caption_urls.find_captions(url_id)
        if stored is None:
            return error_response(ItemNotFound("There are no captions at this URL (any more)", status=404))
        headers = {
            "ETag": f'"{hashlib.sha256(stored.body).hexdigest()[:32]}"',
            "Cache-Control": "no-cache",  # they die with their job
            "Access-Control-Allow-Origin": "*",  # a <track> of any page that has the URL
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        client = addresses.client_of(request)
        with auditing.reading(services, CAPTION_LINK, stored.account_id, client, stored.job_id):
            return Response(stored.body, media_type=stored.media_type, headers=headers)

    async def serve(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return serve
