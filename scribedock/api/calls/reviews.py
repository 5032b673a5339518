"""The calls of those who review transcripts: reviewers, and customers who approve.

They are ours, not the vendor's.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scribedock.api.calls.jobs import JobParameters
from scribedock.api.calls.renditions import UNPROCESSABLE_CONTENT, AnyMediaType, link_to
from scribedock.api.registry import Backend, Context, call
from scribedock.api.schema.answers import (
    ApprovedPass,
    ElementList,
    MediaUrl,
    RealignmentTask,
    ReviewedList,
    ReviewEntry,
    SavedVersion,
    TakenPass,
)
from scribedock.api.schema.parameters import Moment, Parameters, choice
from scribedock.api.transport.bodies import spooled
from scribedock.api.transport.kept_json import kept_json
from scribedock.api.transport.waiting import unless_gone
from scribedock.clock import format_time
from scribedock.errors import AccountUnprivileged
from scribedock.jobs.job import Job
from scribedock.jobs.languages import iso_code
from scribedock.media.ffmpeg import MediaType
from scribedock.orders.passes import PassKind
from scribedock.parsing.operations import MAX_LIST_BYTES
from scribedock.parsing.parser import UnparsedBody
from scribedock.related.related import language_of
from scribedock.results.renditions import RenditionKind
from scribedock.reviews.reviews import CONFLICT, Ending, Enriched, Pass, PassList

AnyKind = Annotated[PassKind, choice(PassKind)]


class PassParameters(JobParameters):
    kind: AnyKind = Field(
        PassKind.REVIEW, description="review: as a reviewer; approval: as the customer who owns the job."
    )


def _visible_accounts(context: Context, parameters: PassParameters) -> frozenset[str]:
    """Return the accounts whose jobs the caller may review, the caller's own among them.

    Raises AccountUnprivileged, and ItemNotFound for another's job where the answer depends on the job.
    """
    if parameters.kind is PassKind.APPROVAL:
        return context.visible_accounts
    scope = context.services.reviewers.scope(context.account)
    if (
        scope.sandbox_only
        and not context.services.jobs.find_job(parameters.job_id, scope.account_ids).sandbox
    ):
        raise AccountUnprivileged
    return scope.account_ids


@call(
    "review/list",
    Parameters,
    answer='[{"job_id": "…", "iwp_name": "…", …}, …]',
    changes=False,
    is_vendors=False,
)
def list_passes(context: Context, parameters: Parameters) -> list[ReviewEntry]:
    """List the passes that wait for a reviewer and those you have taken, the most urgent first."""
    scope = context.services.reviewers.scope(context.account)
    return [_entry(job, each) for job, each in context.services.reviews.listing(scope, context.account.id)]


def _entry(job: Job, current: Pass) -> ReviewEntry:
    return {
        "job_id": job.id,
        "job_name": job.name,
        "username": job.username,
        "iwp_name": current.iwp_name,
        "status": current.status,
        "language": language_of(job),
        "priority": job.priority or "",
        "due": format_time(job.due),
        "opened": format_time(current.opened),
        "notes": job.options.notes or "",
    }


@call("review/take", PassParameters, answer='{"iwp_name": "PREMIUM"}', refusals=(CONFLICT,), is_vendors=False)
def take(context: Context, parameters: PassParameters) -> TakenPass:
    """Take the job's current pass, so that nobody else works on it."""
    visible_accounts = _visible_accounts(context, parameters)
    reviews = context.services.reviews
    current = reviews.take(parameters.job_id, visible_accounts, parameters.kind, context.account.id)
    return {"iwp_name": current.iwp_name}


@call("review/release", PassParameters, answer="204", refusals=(CONFLICT,), is_vendors=False)
def release(context: Context, parameters: PassParameters) -> None:
    """Release the pass for other reviewers; what was saved is kept."""
    visible_accounts = _visible_accounts(context, parameters)
    context.services.reviews.release(parameters.job_id, visible_accounts, parameters.kind, context.account.id)


@call(
    "review/elementlist",
    PassParameters,
    is_vendors=False,
    answer='{"iwp_name": "…", "version": "…", "versions": ["…", …], "elementlist": {…}}',
    content={"application/json": ReviewedList},
    refusals=(CONFLICT,),
    changes=False,
)
def elementlist(context: Context, parameters: PassParameters) -> Response:
    """Get the ElementList to review: the last one saved, else the one the previous pass published."""
    visible_accounts = _visible_accounts(context, parameters)
    reviews = context.services.reviews
    work: PassList = reviews.work(parameters.job_id, visible_accounts, parameters.kind)
    saved = reviews.versions(parameters.job_id, visible_accounts, parameters.kind)
    facts = {
        "iwp_name": work.current.iwp_name,
        "version": format_time(work.version),
        "versions": [format_time(each) for each in saved],
    }
    head = json.dumps(facts).removesuffix("}") + ', "elementlist": '
    return kept_json(work.compressed, before=head.encode(), after=b"}")


class ReviewMediaParameters(PassParameters):
    media_type: AnyMediaType = Field(MediaType.MP3, description="mp3 or mp4.")


@call(
    "review/media",
    ReviewMediaParameters,
    is_vendors=False,
    answer='{"MediaUrl": "https://…"}',
    refusals=(UNPROCESSABLE_CONTENT,),
)
async def review_media(context: Context, parameters: ReviewMediaParameters) -> MediaUrl:
    """Get an expiring link to the recording under review, like transcoded_media."""
    visible_accounts = await run_in_threadpool(_visible_accounts, context, parameters)
    kind = RenditionKind(parameters.media_type.value)
    return {"MediaUrl": await link_to(context, parameters.job_id, visible_accounts, kind)}


class SaveParameters(PassParameters):
    base_version: Moment | None = Field(
        None, description="The version that you edited; the call fails if another was saved since."
    )


@call(
    "review/save",
    SaveParameters,
    is_vendors=False,
    answer='{"version": "…"}',
    refusals=(CONFLICT,),
    body={"application/json": ElementList},
    methods=("POST",),
    body_is_file=lambda query: True,
)
async def save(context: Context, parameters: SaveParameters) -> SavedVersion:
    """Save the ElementList in the body as a new version; parameters go in the query string."""
    backend, services = context.backend, context.services
    visible_accounts, branch, job = await run_in_threadpool(_savable, context, parameters)
    async with (
        backend.bodies.turn(branch),
        spooled(context.request, services.settings, "ElementList", limit=MAX_LIST_BYTES) as source,
    ):
        arguments = {"language": iso_code(language_of(job)), "media_ms": job.media_ms or 0}
        check = backend.parser.submit(branch, "check_list", source, arguments)
        checked = await unless_gone(context.request, check)
    version = await run_in_threadpool(
        services.reviews.save,
        parameters.job_id,
        visible_accounts,
        parameters.kind,
        context.account.id,
        checked.body,
        base=parameters.base_version,
    )
    return {"version": format_time(version)}


def _savable(context: Context, parameters: SaveParameters) -> tuple[frozenset[str], str, Job]:
    """Check rights and state before reading the body, which may be large. Raises as `check_savable`."""
    visible_accounts = _visible_accounts(context, parameters)
    job = context.services.reviews.check_savable(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id, base=parameters.base_version
    )
    return visible_accounts, context.branch, job


@call("review/realign", PassParameters, answer='{"task_id": "…"}', refusals=(CONFLICT,), is_vendors=False)
def realign(context: Context, parameters: PassParameters) -> RealignmentTask:
    """Align the edited words of the last saved version with the recording.

    The result is a new version, unless another is saved meanwhile; `task_status` shows when it is finished.
    """
    visible_accounts = _visible_accounts(context, parameters)
    task_id = context.services.realignments.request_realignment(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id
    )
    context.backend.wake()
    return {"task_id": task_id}


@call(
    "review/approve",
    PassParameters,
    answer='{"JobStatus": "Complete"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
async def approve(context: Context, parameters: PassParameters) -> ApprovedPass:
    """Approve the pass: publish its list under its name, and begin the next pass or complete the job."""
    reviews = context.services.reviews
    job_id, kind = parameters.job_id, parameters.kind
    visible_accounts = await run_in_threadpool(_visible_accounts, context, parameters)
    branch = await run_in_threadpool(lambda: context.branch)
    account_id = context.account.id
    ending = await run_in_threadpool(reviews.ending, job_id, visible_accounts, kind, account_id)
    enriched = await enrich(context.backend, context.request, branch, ending)

    def end_pass() -> ApprovedPass:
        reviews.approve(job_id, visible_accounts, kind, account_id, enriched=enriched)
        context.backend.wake()
        return {"JobStatus": context.services.jobs.find_job(job_id).status}

    return await run_in_threadpool(end_pass)


async def enrich(backend: Backend, request: Request, branch: str, ending: Ending) -> Enriched | None:
    """Add keywords and topics where the order asks for them, which takes long for a long list."""
    if not ending.wants_intelligence:
        return None
    source = UnparsedBody(what="ElementList", file=BytesIO(ending.compressed), size=len(ending.compressed))
    found = await unless_gone(request, backend.parser.submit(branch, "annotate_list", source))
    return Enriched(version=ending.version, compressed=found.body)
