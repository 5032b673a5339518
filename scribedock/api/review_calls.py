"""The calls of those who go over transcripts: reviewers, and customers who approve.

They are ours, not the vendor's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.api.answers import (
    ApprovedPass,
    ElementList,
    MediaUrl,
    RealignmentTask,
    ReviewedList,
    ReviewEntry,
    SavedVersion,
    TakenPass,
)
from scribedock.api.bodies import whole
from scribedock.api.calls import Context, call
from scribedock.api.job_calls import JobParameters
from scribedock.api.media_out_calls import UNPROCESSABLE, AnyMediaType, link_to
from scribedock.api.parameters import Moment, Parameters, choice
from scribedock.captions.elementlist_json import parse, to_json
from scribedock.captions.normalise import normalised
from scribedock.clock import wire
from scribedock.errors import AccountUnprivileged, InvalidQuery
from scribedock.jobs.job import Job
from scribedock.jobs.languages import iso_code
from scribedock.jobs.passes import PassKind
from scribedock.jobs.related import language_of
from scribedock.jobs.renditions import RenditionKind
from scribedock.jobs.reviews import CONFLICT, Pass, Work
from scribedock.media.ffmpeg import MediaType

MAX_LIST_BYTES = 64 * 1024 * 1024
AnyKind = Annotated[PassKind, choice(PassKind)]


class PassParameters(JobParameters):
    kind: AnyKind = Field(
        PassKind.REVIEW, description="review: with the reviewer's right; approval: of a job of your own."
    )


def _family(context: Context, parameters: PassParameters) -> frozenset[str]:
    """The accounts whose jobs the caller may go over, this one among them.

    Raises AccountUnprivileged, and ItemNotFound for a job of others where the answer depends on the job.
    """
    if parameters.kind is PassKind.APPROVAL:
        return context.family
    scope = context.services.reviewers.scope(context.account)
    if scope.sandbox_only and not context.services.jobs.find(parameters.job_id, scope.account_ids).sandbox:
        raise AccountUnprivileged
    return scope.account_ids


@call("review/list", Parameters, answer='[{"job_id": "…", "iwp_name": "…", …}, …]', changes=False)
def list_passes(context: Context, parameters: Parameters) -> list[ReviewEntry]:
    """The passes that wait for a reviewer, and those that you have taken; the most urgent first."""
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
        "due": wire(job.due),
        "opened": wire(current.opened),
        "notes": str(job.options.get("notes", "")),
    }


@call("review/take", PassParameters, answer='{"iwp_name": "PREMIUM"}', refusals=(CONFLICT,))
def take(context: Context, parameters: PassParameters) -> TakenPass:
    """Takes the job's current pass, so that nobody else works at it."""
    family = _family(context, parameters)
    reviews = context.services.reviews
    current = reviews.take(parameters.job_id, family, parameters.kind, context.account.id)
    return {"iwp_name": current.iwp_name}


@call("review/release", PassParameters, answer="204", refusals=(CONFLICT,))
def release(context: Context, parameters: PassParameters) -> None:
    """Gives the pass back to whoever takes it next; what was saved stays."""
    family = _family(context, parameters)
    context.services.reviews.release(parameters.job_id, family, parameters.kind, context.account.id)


@call(
    "review/elementlist",
    PassParameters,
    answer='{"iwp_name": "…", "version": "…", "versions": ["…", …], "elementlist": {…}}',
    refusals=(CONFLICT,),
    changes=False,
)
def elementlist(context: Context, parameters: PassParameters) -> ReviewedList:
    """The list to go on with: what was saved last, else what the pass before has published."""
    family = _family(context, parameters)
    reviews = context.services.reviews
    work: Work = reviews.work(parameters.job_id, family, parameters.kind)
    saved = reviews.versions(parameters.job_id, family, parameters.kind)
    return {
        "iwp_name": work.current.iwp_name,
        "version": wire(work.version),
        "versions": [wire(each) for each in saved],
        "elementlist": json.loads(work.body),
    }


class ReviewMediaParameters(PassParameters):
    media_type: AnyMediaType = Field(MediaType.MP3, description="mp3 or mp4.")


@call(
    "review/media",
    ReviewMediaParameters,
    answer='{"MediaUrl": "https://…"}',
    refusals=(UNPROCESSABLE,),
)
async def review_media(context: Context, parameters: ReviewMediaParameters) -> MediaUrl:
    """A link to what is to be heard, as that of transcoded_media."""
    family = await run_in_threadpool(_family, context, parameters)
    kind = RenditionKind(parameters.media_type.value)
    return {"MediaUrl": await link_to(context, parameters.job_id, family, kind)}


class SaveParameters(PassParameters):
    base_version: Moment | None = Field(
        None, description="The version that you changed: the call fails if another was saved meanwhile."
    )


@call(
    "review/save",
    SaveParameters,
    answer='{"version": "…"}',
    refusals=(CONFLICT,),
    body={"application/json": ElementList},
    methods=("POST",),
    body_is_file=lambda query: True,
)
async def save(context: Context, parameters: SaveParameters) -> SavedVersion:
    """Saves the ElementList in the body as a new version; parameters are those of the query."""
    family = await run_in_threadpool(_family, context, parameters)
    body = await whole(context.request, context.services.settings, "ElementList", limit=MAX_LIST_BYTES)

    def keep() -> SavedVersion:
        job = context.services.jobs.find(parameters.job_id, family)
        given = replace(normalised(parse(body)), language=iso_code(language_of(job)))
        if given.end_time > max(job.media_ms or 0, given.start_time) + 1000:
            raise InvalidQuery(f"end_time: the recording ends at {job.media_ms} ms")
        version = context.services.reviews.save(
            parameters.job_id,
            family,
            parameters.kind,
            context.account.id,
            to_json(given),
            base=parameters.base_version,
        )
        return {"version": wire(version)}

    return await run_in_threadpool(keep)


@call("review/realign", PassParameters, answer='{"task_id": "…"}', refusals=(CONFLICT,))
def realign(context: Context, parameters: PassParameters) -> RealignmentTask:
    """Has the words that were edited in the version saved last aligned with the recording.

    The result is a new version, unless somebody saves meanwhile; `task_status` tells when it is there.
    """
    family = _family(context, parameters)
    task_id = context.services.realignments.ask(
        parameters.job_id, family, parameters.kind, context.account.id
    )
    context.backend.wake()
    return {"task_id": task_id}


@call("review/approve", PassParameters, answer='{"JobStatus": "Complete"}', refusals=(CONFLICT,))
def approve(context: Context, parameters: PassParameters) -> ApprovedPass:
    """Ends the pass: its list gets the pass's name, and the next pass begins or the job is Complete."""
    services = context.services
    family = _family(context, parameters)
    services.reviews.approve(parameters.job_id, family, parameters.kind, context.account.id)
    context.backend.wake()
    return {"JobStatus": services.jobs.find(parameters.job_id).status}
