"""The calls about related jobs: translations, second passes, and their list."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AliasChoices, Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import AnyPriority, JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import NoJob, OrderedTranslations, RelatedJob, RelatedJobs, UpleveledJob
from scribedock.api.schema.parameters import Bool, Strings, Text
from scribedock.budgets.rates import RateKind
from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Job, Priority
from scribedock.ordering.translate import translate_job
from scribedock.ordering.uplevel import uplevel_job
from scribedock.related.translations import Child
from scribedock.related.uplevels import NewUplevel

RELATED_ANSWER = (
    '{"leading_job": {"job_id": "…", "job_status": "…", "current_priority": "…", "current_fidelity": "…", '
    '"language": "fr:en,fr", "media_length": "0:10:22.844807"}, "related_jobs": [{…}]}'
)
CREATED = 201


@call(
    "job/list_related",
    JobParameters,
    needs=Right.READ,
    answer=RELATED_ANSWER,
    optional_version=True,
    changes=False,
)
def list_related(context: Context, parameters: JobParameters) -> RelatedJobs:
    """List the leading job and its related jobs."""
    services = context.services
    with services.database.read() as connection:
        job = services.jobs.fetch_job(connection, parameters.job_id, context.visible_accounts)
        try:
            leading = services.related.leading(connection, job)
        except ItemNotFound:  # it was deleted, the jobs made from it were not
            leading = None
        related = services.related.related_jobs(connection, job.leading_id or job.id)
    return {
        "leading_job": NoJob() if leading is None else _entry(leading),
        "related_jobs": [_entry(each) for each in related],
    }


def _entry(job: Job) -> RelatedJob:
    targets = f":{job.target_language}" if job.target_language else ""
    length = "" if job.media_ms is None else str(timedelta(milliseconds=job.media_ms))
    return {
        "job_id": job.id,
        "job_status": job.status,
        "current_priority": job.priority or "",
        "current_fidelity": job.fidelity or "",
        "language": f"{job.language}{targets}",
        "media_length": length,
    }


class TranslateParameters(JobParameters):
    target_languages: Strings = Field(
        description="Languages to translate into; also as target_language.",
        validation_alias=AliasChoices("target_languages", "target_language"),
    )
    approve_uplevel: Bool | None = Field(
        None, description="Required for a MECHANICAL or PREMIUM job: people review its transcript first."
    )


@call(
    "job/translate",
    TranslateParameters,
    needs=Right.CHANGE,
    answer='{"translation_job_ids": ["<32 hex digits>", …], "message": "Child Translation Created for de"}',
    status=CREATED,
    refusals=(429,),
    rate=RateKind.ORDERS,
    optional_version=True,
)
def translate(context: Context, parameters: TranslateParameters) -> OrderedTranslations:
    """Order translations of a job's transcript, finished or not."""
    children = translate_job(
        context.services,
        context.capabilities,
        parameters.job_id,
        context.visible_accounts,
        parameters.target_languages,
        approve_uplevel=parameters.approve_uplevel,
        remark=context.remark_on_unknown,
    )
    context.backend.wake()
    return {
        "translation_job_ids": [child.job.id for child in children if child.created],
        "message": ". ".join(_said(child) for child in children),
    }


def _said(child: Child) -> str:
    verb = "Created for" if child.created else "already exists for"
    return f"Child Translation {verb} {child.language}"


class UplevelParameters(JobParameters):
    speaker_id: Bool = Field(False, description="Identify the speakers.")
    priority: AnyPriority = Field(Priority.STANDARD, description="How soon the job is due.")
    timing: Bool = Field(False, description="Ask the reviewer to check the times too.")
    requestor: Text = Field("", description="Who requested the job.")
    reference: Text = Field("", description="A reference of your own.")
    caption_import_as_fp: Bool = Field(False, description="Use imported captions as the first pass.")


@call(
    "job/uplevel",
    UplevelParameters,
    needs=Right.CHANGE,
    answer='{"upleveled_job_id": "<32 hex digits>", "upleveled_workflow": "MechFP 2nd Pass Only"}',
    status=CREATED,
    refusals=(429,),
    rate=RateKind.ORDERS,
    optional_version=True,
)
def uplevel(context: Context, parameters: UplevelParameters) -> UpleveledJob:
    """Create a PROFESSIONAL job from the transcript of a finished job."""
    made, workflow = uplevel_job(
        context.services,
        parameters.job_id,
        context.visible_accounts,
        NewUplevel(
            priority=parameters.priority,
            speaker_id=parameters.speaker_id,
            timing=parameters.timing,
            requestor=parameters.requestor,
            reference=parameters.reference,
        ),
        remark=context.remark_on_unknown,
    )
    context.backend.wake()
    return {"upleveled_job_id": made.id, "upleveled_workflow": workflow}
