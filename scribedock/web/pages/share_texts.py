"""What a link to a job shows: its published list, or the one that waits for approval."""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from scribedock.api.registry import Backend
from scribedock.api.transport.waiting import unless_gone
from scribedock.clock import format_short_time
from scribedock.jobs.job import Job
from scribedock.orders.passes import PassKind
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock.results.descriptions import DescriptionText
from scribedock.results.shares import Share, SharePurpose
from scribedock.sandbox.samples import readable_elementlists
from scribedock_captions.document import Metadata
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.rendering import CaptionFormat, Rendering

TIME = "%H:%M:%S.%f"
TIME_LINE = re.compile(r"((\d+):(\d\d):(\d\d))\.(\d{3})\n")


@dataclass(frozen=True, kw_only=True)
class SharedList:
    """The list that a link shows."""

    job: Job
    version: str
    body: Callable[[ElementListKey], bytes]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    start_ms: int | None
    time: str  # as 01:02:03; empty where none is known
    text: str
    describes: bool = False  # the picture, where others are what is said


def shared_list(backend: Backend, share: Share, job: Job) -> SharedList:
    """Return the list. Raises ItemNotFound, InvalidQuery where there is none (any more)."""
    services = backend.services
    if share.purpose is SharePurpose.APPROVAL:
        work = services.reviews.work(job.id, None, PassKind.APPROVAL)
        return SharedList(
            job=job,
            version=f"pass {format_short_time(work.version)}",
            body=lambda key: zlib.decompress(work.compressed),
        )
    lists = readable_elementlists(services.elementlists, job)
    created = lists.choose(job).created
    return SharedList(
        job=job, version=format_short_time(created), body=lambda key: lists.body(job.id, created)
    )


async def render_list(
    backend: Backend,
    request: Request,
    shared: SharedList,
    options: CaptionOptions | TranscriptOptions,
    format: CaptionFormat | None = None,
) -> Rendering:
    """Render the list as captions or, without a format, as a transcript, in another process."""
    wanted = RenderRequest(
        lists=((shared.job.id, shared.version),),
        options=options,
        format=format,
        media_end=shared.job.media_ms,
        metadata=Metadata(title=shared.job.name, identifier=shared.job.id),
    )
    branch = await run_in_threadpool(backend.services.accounts.branch, shared.job.account_id)
    made = backend.renderings.get(branch, f"shared {wanted!r}", wanted, shared.body)
    return await unless_gone(request, made)


async def paragraphs(backend: Backend, request: Request, shared: SharedList) -> list[Paragraph]:
    """Return the transcript as paragraphs with their times."""
    rendered = await render_list(backend, request, shared, TranscriptOptions(timecode_format=TIME))
    blocks = (each.strip() for each in rendered.body.decode().split("\n\n"))
    return [paragraph_of(each) for each in blocks if each]


def with_descriptions(said: list[Paragraph], described: Sequence[DescriptionText]) -> list[Paragraph]:
    """Return what is said, and before whatever begins later what describes the picture."""
    found: list[Paragraph] = []
    waiting = deque(described)
    for each in said:
        while waiting and each.start_ms is not None and waiting[0].start_ms <= each.start_ms:
            found.append(_description(waiting.popleft()))
        found.append(each)
    return found + [_description(each) for each in waiting]


def _description(described: DescriptionText) -> Paragraph:
    minutes, seconds = divmod(described.start_ms // 1000, 60)
    time = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return Paragraph(start_ms=described.start_ms, time=time, text=described.text, describes=True)


def paragraph_of(block: str) -> Paragraph:
    found = TIME_LINE.match(block)
    if found is None:
        return Paragraph(start_ms=None, time="", text=block)
    hours, minutes, seconds, milliseconds = map(int, found.groups()[1:])
    start_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
    return Paragraph(start_ms=start_ms, time=found[1], text=block[found.end() :])
