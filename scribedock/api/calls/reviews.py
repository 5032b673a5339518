"""The calls of those who review transcripts: reviewers, and customers who approve.

They are ours, not the vendor's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scribedock.accounts.reviewers import ReviewScope
from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.calls.renditions import UNPROCESSABLE_CONTENT, AnyMediaType, link_to
from scribedock.api.folding import folded, keep_whole
from scribedock.api.registry import Backend, ConditionalRight, Context, call
from scribedock.api.schema.answers import ElementList, MediaUrl
from scribedock.api.schema.parameters import Bool, Moment, Parameters, Text, choice
from scribedock.api.schema.review_answers import (
    ApprovedPass,
    RealignmentTask,
    RejectedPass,
    ReviewDecision,
    ReviewedList,
    ReviewEntry,
    SavedVersion,
    TakenPass,
)
from scribedock.api.transport.bodies import spooled
from scribedock.api.transport.kept_json import kept_json
from scribedock.api.transport.waiting import unless_gone
from scribedock.clock import format_time
from scribedock.errors import AccountUnprivileged
from scribedock.jobs.job import Job
from scribedock.jobs.languages import iso_code
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.media.ffmpeg import MediaType
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.parsing.operations import MAX_LIST_BYTES
from scribedock.parsing.parser import UnparsedBody
from scribedock.persons.roles import Role
from scribedock.related.related import language_of
from scribedock.reviews.decisions import Decision
from scribedock.reviews.review_pass import CONFLICT, Pass, is_own
from scribedock.reviews.reviews import Ending, Enriched
from scribedock.reviews.working_list import PassList

AnyKind = Annotated[PassKind, choice(PassKind)]


class PassParameters(JobParameters):
    kind: AnyKind = Field(
        PassKind.REVIEW,
        description="review: as a reviewer; approval: as the customer who is asked to approve; "
        "correction: as the customer, of a finished job or beside a reviewer.",
    )


# The customer approves and corrects; reviewers do their passes.
PASS_RIGHT = ConditionalRight(
    usual=Right.REVIEW,
    special=Right.CHANGE,
    when=lambda parameters: parameters.kind is not PassKind.REVIEW,
    case="kind=approval or correction",
)


def _scope(context: Context) -> ReviewScope:
    """Return the accounts whose jobs the caller may review. Raises AccountUnprivileged."""
    as_reviewer = context.person is not None and context.person.role is Role.REVIEWER
    return context.services.reviewers.scope(context.account, as_reviewer=as_reviewer)


def visible_to_reviewer(context: Context, parameters: PassParameters) -> frozenset[str]:
    """Return the accounts whose jobs the caller may review, the caller's own among them.

    Raises AccountUnprivileged, and ItemNotFound for another's job where the answer depends on the job.
    """
    if parameters.kind is not PassKind.REVIEW:
        return context.visible_accounts
    scope = _scope(context)
    if (
        scope.sandbox_only
        and not context.services.jobs.find_job(parameters.job_id, scope.account_ids).sandbox
    ):
        raise AccountUnprivileged
    return scope.account_ids


class ReviewListParameters(Parameters):
    others: Bool = Field(False, description="With the passes that others have taken.")


@call(
    "review/list",
    ReviewListParameters,
    needs=Right.READ,
    answer='[{"job_id": "…", "iwp_name": "…", …}, …]',
    changes=False,
    is_vendors=False,
)
def list_passes(context: Context, parameters: ReviewListParameters) -> list[ReviewEntry]:
    """List the passes that wait for a reviewer and those you have taken, the most urgent first."""
    reviews = context.services.reviews
    scope, account_id = _scope(context), context.account.id
    listed = reviews.listing(scope, account_id, of_others=parameters.others)
    decisions = reviews.decisions([job.id for job, _ in listed])
    holders = reviews.holders([each for _, each in listed])
    return [
        _entry(
            job,
            each,
            decisions.get(job.id, ()),
            taken_by=holders.get(each.id, ""),
            is_own=each.status is PassStatus.TAKEN and is_own(each, account_id),
        )
        for job, each in listed
    ]


def _entry(
    job: Job, current: Pass, decisions: Iterable[Decision], *, taken_by: str, is_own: bool
) -> ReviewEntry:
    entry: ReviewEntry = {
        "job_id": job.id,
        "job_name": job.name,
        "username": job.username,
        "iwp_name": current.iwp_name,
        "status": current.status,
        "taken_by": taken_by,
        "mine": is_own,
        "language": language_of(job),
        "priority": job.priority or "",
        "due": format_time(job.due),
        "opened": format_time(current.opened),
        "notes": job.options.notes or "",
        "decisions": [_decision(each) for each in decisions],
    }
    if job.media_ms is not None:
        entry["media_length"] = job.media_ms / 1000
    return entry


def _decision(decision: Decision) -> ReviewDecision:
    return {
        "decision": "rejected" if decision.rejected else "approved",
        "iwp_name": decision.iwp_name,
        "comment": decision.comment,
        "username": decision.username,
        "at": format_time(decision.at),
    }


@call(
    "review/take",
    PassParameters,
    needs=PASS_RIGHT,
    answer='{"iwp_name": "PREMIUM"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
def take(context: Context, parameters: PassParameters) -> TakenPass:
    """Take the job's current pass, so that nobody else works on it."""
    visible_accounts = visible_to_reviewer(context, parameters)
    reviews = context.services.reviews
    current = reviews.take(parameters.job_id, visible_accounts, parameters.kind, context.account.id)
    return {"iwp_name": current.iwp_name}


@call(
    "review/release", PassParameters, needs=PASS_RIGHT, answer="204", refusals=(CONFLICT,), is_vendors=False
)
def release(context: Context, parameters: PassParameters) -> None:
    """Release the pass for other reviewers; what was saved is kept, but a correction is discarded."""
    visible_accounts = visible_to_reviewer(context, parameters)
    context.services.reviews.release(parameters.job_id, visible_accounts, parameters.kind, context.account.id)


class PassListParameters(PassParameters):
    version: Moment | None = Field(
        None, description="An earlier version that was saved in this pass, of `versions`."
    )


@call(
    "review/elementlist",
    PassListParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='{"iwp_name": "…", "version": "…", "versions": ["…", …], "decisions": [{…}], "elementlist": {…}}',
    content={"application/json": ReviewedList},
    refusals=(CONFLICT,),
    reads_content=True,
    changes=False,
)
async def elementlist(context: Context, parameters: PassListParameters) -> Response:
    """Get the ElementList to review: the last one saved, else the one the previous pass published."""
    work, facts = await run_in_threadpool(_work, context, parameters)
    compressed = await folded(context, work)
    head = json.dumps(facts).removesuffix("}") + ', "elementlist": '
    return kept_json(compressed, before=head.encode(), after=b"}")


def _work(context: Context, parameters: PassListParameters) -> tuple[PassList, dict[str, object]]:
    visible_accounts = visible_to_reviewer(context, parameters)
    reviews = context.services.reviews
    work = context.services.segment_saves.read(
        parameters.job_id, visible_accounts, parameters.kind, parameters.version
    )
    saved = reviews.versions(parameters.job_id, visible_accounts, parameters.kind)
    decisions = reviews.decisions([parameters.job_id]).get(parameters.job_id, ())
    facts: dict[str, object] = {
        "iwp_name": work.current.iwp_name,
        "version": format_time(work.version),
        "versions": [format_time(each) for each in saved],
        "decisions": [_decision(each) for each in decisions],
    }
    return work, facts


class ReviewMediaParameters(PassParameters):
    media_type: AnyMediaType = Field(MediaType.MP3, description="mp3 or mp4.")


@call(
    "review/media",
    ReviewMediaParameters,
    is_vendors=False,
    needs=Right.READ,
    shows_content=True,
    answer='{"MediaUrl": "https://…"}',
    refusals=(UNPROCESSABLE_CONTENT,),
)
async def review_media(context: Context, parameters: ReviewMediaParameters) -> MediaUrl:
    """Get an expiring link to the recording under review, like transcoded_media."""
    visible_accounts = await run_in_threadpool(visible_to_reviewer, context, parameters)
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
    needs=PASS_RIGHT,
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
    visible_accounts = visible_to_reviewer(context, parameters)
    job = context.services.reviews.check_savable(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id, base=parameters.base_version
    )
    return visible_accounts, context.branch, job


@call(
    "review/realign",
    PassParameters,
    needs=PASS_RIGHT,
    answer='{"task_id": "…"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
def realign(context: Context, parameters: PassParameters) -> RealignmentTask:
    """Align the edited words of the last saved version with the recording.

    The result is a new version, unless another is saved meanwhile; `task_status` shows when it is finished.
    """
    visible_accounts = visible_to_reviewer(context, parameters)
    task_id = context.services.realignments.request_realignment(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id
    )
    context.backend.wake()
    return {"task_id": task_id}


class RejectParameters(PassParameters):
    note: Text = Field(description="What is wrong; the next reviewer and the customer read it.")


@call(
    "review/reject",
    RejectParameters,
    needs=PASS_RIGHT,
    answer='{"JobStatus": "Reviewing", "iwp_name": "PREMIUM"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
def reject(context: Context, parameters: RejectParameters) -> RejectedPass:
    """Reject what the pass before made: that pass is open again, with your note.

    A reviewer who has taken a first pass gives it back with the note.
    """
    visible_accounts = visible_to_reviewer(context, parameters)
    reopened = context.services.rejections.reject(
        parameters.job_id, visible_accounts, parameters.kind, context.account.id, parameters.note
    )
    context.backend.wake()
    job = context.services.jobs.find_job(parameters.job_id)
    return {"JobStatus": job.status, "iwp_name": reopened.iwp_name}


def _approvable(context: Context, parameters: PassParameters) -> PassList:
    visible_accounts = visible_to_reviewer(context, parameters)
    return context.services.segment_saves.read(parameters.job_id, visible_accounts, parameters.kind)


class ApproveParameters(PassParameters):
    comment: Text = Field("", description="A comment that is kept with the job.")
    base_version: Moment | None = Field(
        None, description="The version that you have seen; the call fails if another was saved since."
    )


@call(
    "review/approve",
    ApproveParameters,
    needs=PASS_RIGHT,
    answer='{"JobStatus": "Complete"}',
    refusals=(CONFLICT,),
    is_vendors=False,
)
async def approve(context: Context, parameters: ApproveParameters) -> ApprovedPass:
    """Approve the pass: publish its list under its name, and begin the next pass or complete the job."""
    reviews = context.services.reviews
    job_id, kind = parameters.job_id, parameters.kind
    visible_accounts = await run_in_threadpool(visible_to_reviewer, context, parameters)
    branch = await run_in_threadpool(lambda: context.branch)
    account_id = context.account.id
    await keep_whole(context, await run_in_threadpool(_approvable, context, parameters))
    ending = await run_in_threadpool(reviews.ending, job_id, visible_accounts, kind, account_id)
    enriched = await enrich(context.backend, context.request, branch, ending)

    def end_pass() -> ApprovedPass:
        reviews.approve(
            job_id,
            visible_accounts,
            kind,
            account_id,
            base=parameters.base_version,
            enriched=enriched,
            comment=parameters.comment,
        )
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
