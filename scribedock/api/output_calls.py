"""The calls that give back what was transcribed: transcript, captions, ElementList."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field
from starlette.responses import Response

from scribedock import __version__
from scribedock.api.calls import Context, call
from scribedock.api.job_calls import JobParameters
from scribedock.api.option_models import model_of, options_from
from scribedock.api.parameters import Bool, Moment, choice
from scribedock.captions.elementlist import ElementList
from scribedock.captions.elementlist_json import parse
from scribedock.captions.options import CaptionOptions, TranscriptOptions
from scribedock.captions.render import CaptionFormat, Rendering, render_captions, render_transcript
from scribedock.clock import wire
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.job import Iwp, Job
from scribedock.jobs.lists import Version

KEPT_LISTS = 16  # parsing a long ElementList costs more than rendering it


class ElementListParameters(JobParameters):
    elementlist_version: Moment | None = Field(
        None, description="A version of list_elementlists; absent: the latest."
    )
    iwp_name: Annotated[Iwp, choice(Iwp)] | None = Field(None, description="The latest version of this name.")
    audio_description: Bool = Field(False, description="The list that describes the picture.")


class SourceParameters(ElementListParameters):
    mixed: Bool = Field(False, description="Both, in the order of time; needs audio_description.")


TranscriptParameters = model_of(
    "TranscriptParameters",
    SourceParameters,
    TranscriptOptions,
    {"emit_speaker_change_token_as": "emit_speaker_change_tokens_as"},
)


class CaptionSourceParameters(SourceParameters):
    caption_format: Annotated[CaptionFormat, choice(CaptionFormat)] = Field(
        description="The format, in any case."
    )
    build_url: Bool = Field(False, description="Answer with a permanent URL of these captions instead.")


CaptionParameters = model_of(
    "CaptionParameters",
    CaptionSourceParameters,
    CaptionOptions,
    {"emit_speaker_change_token_as": "emit_speaker_change_tokens_as"},
)


@call("job/get_transcript", TranscriptParameters, answer="the transcript")
def get_transcript(context: Context, parameters: Any) -> Response:
    """The transcript as text."""
    options = options_from(TranscriptOptions, parameters)
    job, version = _source(context, parameters)
    rendering = render_transcript(_elementlist(context, job, version), options)
    return _file(context, rendering, _file_name(job, rendering), _digest(job, version, options))


@call("job/get_caption", CaptionParameters, answer='the captions, or {"CaptionUrl": "https://…"}')
def get_caption(context: Context, parameters: Any) -> Response | dict[str, str]:
    """The captions in the wanted format."""
    options = options_from(CaptionOptions, parameters)
    job, version = _source(context, parameters)
    rendering = render_captions(
        _elementlist(context, job, version),
        parameters.caption_format,
        options,
        media_end=job.media_ms,
    )
    digest = _digest(job, version, (parameters.caption_format, options))
    if not parameters.build_url:
        return _file(context, rendering, _file_name(job, rendering), digest)
    url_id = context.services.caption_urls.keep(
        job.id, digest, rendering.body, f"{rendering.media_type}; charset=utf-8"
    )
    return {"CaptionUrl": f"{context.base_url}/captions/{url_id}{rendering.extension}"}


@call("job/get_elementlist", ElementListParameters, answer="the ElementList")
def get_elementlist(context: Context, parameters: ElementListParameters) -> Response:
    """The transcript with the time of every word."""
    job, version = _source(context, parameters)
    body = context.services.lists.body(job.id, version.version)
    return Response(body, media_type="application/json")


@call("job/list_elementlists", JobParameters, answer='[{"iwp_name": "…", "version": "…"}, …]')
def list_elementlists(context: Context, parameters: JobParameters) -> list[dict[str, str]]:
    """The versions that the passes over the job have made, oldest first."""
    job = context.services.jobs.find(parameters.job_id, context.family)
    return [
        {"iwp_name": item.iwp_name.value, "version": wire(item.version)}
        for item in context.services.lists.versions(job.id)
    ]


def _source(context: Context, parameters: Any) -> tuple[Job, Version]:
    if getattr(parameters, "mixed", False) and not parameters.audio_description:
        raise InvalidQuery("mixed: needs audio_description=true, whose list is mixed in")
    job = context.services.jobs.find(parameters.job_id, context.family)
    if parameters.audio_description:
        raise ItemNotFound("This job has no audio description; leave audio_description out")
    version = context.services.lists.choose(
        job, iwp_name=parameters.iwp_name, version=parameters.elementlist_version
    )
    return job, version


def _elementlist(context: Context, job: Job, version: Version) -> ElementList:
    return _parsed(context.services.lists, job.id, version.version)


@lru_cache(maxsize=KEPT_LISTS)
def _parsed(lists: Any, job_id: str, version: Any) -> ElementList:
    return parse(lists.body(job_id, version))


def _digest(job: Job, version: Version, options: object) -> str:
    """Of everything that the bytes depend on."""
    parts = (
        __version__,
        job.id,
        job.name,
        wire(version.version),
        repr(options),
        repr(sorted(job.options.items())),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _file_name(job: Job, rendering: Rendering) -> str:
    name = re.sub(r"[^\w .()-]+", "_", job.name).strip(" .")[:100]
    return (name or job.id) + rendering.extension


def _file(context: Context, rendering: Rendering, name: str, digest: str) -> Response:
    etag = f'"{digest[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
    }
    known = [
        part.strip().removeprefix("W/")
        for part in context.request.headers.get("if-none-match", "").split(",")
    ]
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(
        rendering.body, headers={**headers, "Content-Type": f"{rendering.media_type}; charset=utf-8"}
    )
