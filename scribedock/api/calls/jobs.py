"""The calls below `/api/job/` that create, show, list and delete jobs and order their transcription."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, cast

from pydantic import AliasChoices, BeforeValidator, Field
from starlette.responses import StreamingResponse

from scribedock.accounts.scopes import Right
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import Job as JobAnswer
from scribedock.api.schema.answers import JobList, OpenedJob, StartedTask, TaskState
from scribedock.api.schema.job_answers import job_answer
from scribedock.api.schema.order_options import TranscriptionOptions
from scribedock.api.schema.parameters import (
    WHOLE_NUMBER,
    Bool,
    End,
    Identifier,
    Moment,
    Natural,
    Number,
    Parameters,
    Positive,
    Strings,
    Text,
    choice,
    document,
)
from scribedock.budgets.rates import RateKind
from scribedock.clock import format_time
from scribedock.jobs.job import FIDELITY_NAMES, Difficulty, Fidelity, JobStatus, Priority
from scribedock.jobs.languages import AUTO, spoken_language
from scribedock.jobs.listing.filter import JobFilter
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.place_order import TranscriptionRequest, place_order

AnyFidelity = Annotated[Fidelity, choice(Fidelity, FIDELITY_NAMES)]
AnyPriority = Annotated[Priority, choice(Priority)]
Hours = Annotated[int, Field(ge=1, le=8760), WHOLE_NUMBER]
AnyStatus = Annotated[JobStatus, choice(JobStatus)]


class JobParameters(Parameters):
    job_id: Identifier = Field(description="The job: 32 hex digits.")


class NewParameters(Parameters):
    job_name: Text = Field("", description="Name of the job.")
    language: Text = Field(
        "",
        description="Spoken language, from the public list; auto: detect it where the engine can. Left out: "
        "en, unless another is surely heard.",
    )
    external_id: Text = Field("", description="Your own id for the job.")
    username: Text | None = Field(None, description="Descendant account that will own the job.")
    requestor: Text = Field("", description="Who requested the job.")
    reference: Text = Field("", description="A reference of your own.")
    expected_speakers: Positive | None = Field(None, description="Number of people who speak.")
    is_duplicate: Bool | None = Field(
        None,
        description="Whether another job may have the same external_id: false refuses it; left out, "
        "Notice names that job.",
    )


@call(
    "job/new",
    NewParameters,
    needs=Right.UPLOAD,
    answer='{"JobId": "<32 hex digits>", "TaskId": "<32 hex digits>"}',
)
def new(context: Context, parameters: NewParameters) -> OpenedJob:
    """Create a job."""
    language = spoken_language(parameters.language or "en")
    if language == AUTO:
        context.capabilities.check_detection()
    owner = context.services.accounts.find_reachable(context.account, parameters.username)
    job_id, task_id = context.services.jobs.create(
        owner,
        name=parameters.job_name,
        language=language,
        language_given=bool(parameters.language),
        external_id=parameters.external_id,
        requestor=parameters.requestor,
        reference=parameters.reference,
        expected_speakers=parameters.expected_speakers,
        is_duplicate=True if context.is_shared(owner.id) else parameters.is_duplicate,
        remark=context.remark_on_misspelt,
    )
    return {"JobId": job_id, "TaskId": task_id}


@call("job/info", JobParameters, needs=Right.READ, answer="the Job object", changes=False, brief=True)
def info(context: Context, parameters: JobParameters) -> JobAnswer:
    """Show everything about the job: its state, dates, length, options, tasks."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    tasks, now = context.services.jobs.tasks([job.id]), context.services.clock.now()
    same = context.services.jobs.with_same_recording(job)
    answer = job_answer(
        job,
        context.dialect,
        tasks[job.id],
        now=now,
        same_recording=same,
        awaited=context.services.reviews.awaited_approval(job),
    )
    return cast(JobAnswer, answer)


class ListParameters(Parameters):
    CreationDateFrom: Moment | None = Field(None, description="Created at or after.")
    CreationDateTo: End | None = Field(None, description="Created at or before.")
    StartDateFrom: Moment | None = Field(None, description="Started at or after.")
    StartDateTo: End | None = Field(None, description="Started at or before.")
    DueDateFrom: Moment | None = Field(None, description="Due at or after.")
    DueDateTo: End | None = Field(None, description="Due at or before.")
    CompleteDateFrom: Moment | None = Field(None, description="Completed at or after.")
    CompleteDateTo: End | None = Field(None, description="Completed at or before.")
    ReturnDateFrom: Moment | None = Field(None, description="Returned at or after.")
    ReturnDateTo: End | None = Field(None, description="Returned at or before.")
    AuthorizationDateFrom: Moment | None = Field(None, description="Authorized at or after.")
    AuthorizationDateTo: End | None = Field(None, description="Authorized at or before.")
    JobStatus: AnyStatus | None = Field(None, description="In this state.")
    Fidelity: AnyFidelity | None = Field(None, description="Ordered with this fidelity.")
    Priority: AnyPriority | None = Field(None, description="Ordered with this priority.")
    JobDifficulty: Annotated[Difficulty, choice(Difficulty)] | None = Field(
        None, description="With this difficulty."
    )
    TurnaroundTimeHoursFrom: Number | None = Field(None, description="Turnaround of this many hours or more.")
    TurnaroundTimeHoursTo: Number | None = Field(None, description="Turnaround of this many hours or less.")
    JobName: Text | None = Field(None, description="With this name, in whatever case; * matches anything.")
    ExternalID: Text | None = Field(
        None,
        description="With this external id.",
        validation_alias=AliasChoices("ExternalID", "ExternalId"),
    )
    Language: Text | None = Field(None, description="In this source language, as the public list spells it.")
    Search: Text | None = Field(
        None,
        description="Whose name contains this (* matches anything), whose external id it is, or whose id "
        "begins with it.",
    )
    Overdue: Bool = Field(False, description="true: due, and neither finished nor failed.")
    Username: Text | None = Field(None, description="Owned by this descendant; *: by you or any of them.")
    limit: Natural | None = Field(None, description="Maximum number of jobs.")
    offset: Natural = Field(0, description="Number of jobs to skip.")


@call(
    "job/list",
    ListParameters,
    needs=Right.READ,
    answer='{"Username": "…", "ActiveJobs": [the Job object, …]}',
    content={"application/json": JobList},
    changes=False,
)
def list_jobs(context: Context, parameters: ListParameters) -> StreamingResponse:
    """List the jobs that match every filter, newest first."""
    services = context.services
    if parameters.Username == "*":
        owners = context.visible_accounts
    else:
        owners = frozenset({services.accounts.find_reachable(context.account, parameters.Username).id})
    job_filter = JobFilter(
        account_ids=owners,
        dates_from=_dates(parameters, "From"),
        dates_to=_dates(parameters, "To"),
        status=parameters.JobStatus,
        fidelity=parameters.Fidelity,
        priority=parameters.Priority,
        difficulty=parameters.JobDifficulty,
        turnaround_hours_from=parameters.TurnaroundTimeHoursFrom,
        turnaround_hours_to=parameters.TurnaroundTimeHoursTo,
        name=parameters.JobName,
        external_id=parameters.ExternalID,
        language=None if parameters.Language is None else spoken_language(parameters.Language),
        search=parameters.Search,
        overdue_at=services.clock.now() if parameters.Overdue else None,
        limit=parameters.limit,
        offset=parameters.offset,
    )

    found = services.listing.find(job_filter)

    def body() -> Iterator[str]:
        now = services.clock.now()
        yield f'{{"Username": {json.dumps(context.account.username)}, "ActiveJobs": ['
        separator = ""
        for page in services.listing.read(found):
            tasks = services.jobs.tasks([job.id for job in page])
            answers = [job_answer(job, context.dialect, tasks[job.id], now=now, in_list=True) for job in page]
            # A page at a time: every piece costs a change of threads and a packet.
            yield separator + json.dumps(answers, ensure_ascii=False)[1:-1]
            separator = ", "
        yield "]}"

    return StreamingResponse(
        body(),
        media_type="application/json",
        headers={"X-Total-Count": str(found.total)},
    )


@call(
    "job/delete",
    JobParameters,
    needs=Right.CHANGE,
    answer='{"TaskId": "<32 hex digits>"}',
    aliases=("job/del",),
)
def delete(context: Context, parameters: JobParameters) -> StartedTask:
    """Delete the job with its media and results; running work is cancelled."""
    return {"TaskId": delete_job(context.services, parameters.job_id, context.visible_accounts)}


class TaskParameters(Parameters):
    task_id: Identifier = Field(description="A TaskId that a call returned.")


@call(
    "job/task_status",
    TaskParameters,
    needs=Right.ANY,
    answer='{"TaskType": "…", "TaskStatus": "…", "TaskInfo": "…", "TaskRequestTime": "…"}',
    changes=False,
    brief=True,
)
def task_status(context: Context, parameters: TaskParameters) -> TaskState:
    """Show a task's status: QUEUED, INPROGRESS, COMPLETE, FAILED or ABORTED."""
    task = context.services.jobs.task(parameters.task_id, context.visible_accounts)
    return {
        "TaskType": task.type,
        "TaskStatus": task.status,
        "TaskInfo": task.info,
        "TaskRequestTime": format_time(task.requested),
    }


class TranscriptionParameters(JobParameters):
    transcription_fidelity: AnyFidelity = Field(description="MECHANICAL, PREMIUM or PROFESSIONAL.")
    priority: AnyPriority = Field(Priority.STANDARD, description="How soon it is due; see turnaround_hours.")
    callback_url: Text | None = Field(
        None,
        description="URL to call with GET when the job is done; {job_id} {job_name} {elementlist_version} "
        "{iwp_name} {job_status} {unrecognized_seconds} and keys of custom_metadata are replaced.",
    )
    options: (
        Annotated[dict[str, Any], BeforeValidator(document, json_schema_input_type=TranscriptionOptions)]
        | None
    ) = Field(None, description="A JSON object, or a string that holds one.")
    target_language: Strings = Field((), description="Languages to translate into.")
    turnaround_hours: Hours | None = Field(None, description="Hours until it is due.")
    standard_product: Text | None = Field(None, description="Accepted and ignored.")


@call(
    "job/perform_transcription",
    TranscriptionParameters,
    needs=Right.UPLOAD,
    answer='{"TaskId": "<32 hex digits>"}',
    refusals=(429,),
    rate=RateKind.ORDERS,
)
def perform_transcription(context: Context, parameters: TranscriptionParameters) -> StartedTask:
    """Order the transcription of the job's media; this closes its upload URLs."""
    asked = TranscriptionRequest(
        fidelity=parameters.transcription_fidelity,
        priority=parameters.priority if "priority" in parameters.model_fields_set else None,
        turnaround_hours=parameters.turnaround_hours,
        callback_url=parameters.callback_url,
        target_languages=parameters.target_language,
        options=TranscriptionOptions.parse(parameters.options or {}),
        remark=context.remark_on_unknown,
    )
    task_id = place_order(
        context.services, context.capabilities, parameters.job_id, context.visible_accounts, asked
    )
    context.backend.wake()
    return {"TaskId": task_id}


def _dates(parameters: ListParameters, end: str) -> dict[str, Any]:
    return {
        name.removesuffix(end): value
        for name, value in parameters
        if name.endswith(f"Date{end}") and value is not None
    }
