"""The calls about jobs that belong together: translations, second passes, and their list."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AliasChoices, Field

from scribedock.api.calls.jobs import AnyPriority, JobParameters
from scribedock.api.calls.target_languages import wanted_languages
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import OrderedTranslations, RelatedJob, RelatedJobs, UpleveledJob
from scribedock.api.schema.parameters import Bool, Strings, Text
from scribedock.errors import InvalidQuery, ItemNotFound, MissingParameter
from scribedock.jobs.job import Fidelity, Job, Priority
from scribedock.related.related import language_of
from scribedock.related.translations import Child
from scribedock.related.uplevels import check_uplevel

RELATED = (
    '{"leading_job": {"job_id": "…", "job_status": "…", "current_priority": "…", "current_fidelity": "…", '
    '"language": "fr:en,fr", "media_length": "0:10:22.844807"}, "related_jobs": [{…}]}'
)
CREATED = 201


@call("job/list_related", JobParameters, answer=RELATED, optional_version=True, changes=False)
def list_related(context: Context, parameters: JobParameters) -> RelatedJobs:
    """The leading job and the jobs that are related to it."""
    services = context.services
    with services.database.read() as connection:
        job = services.jobs.fetch(connection, parameters.job_id, context.visible_accounts)
        try:
            leading = services.related.leading(connection, job)
        except ItemNotFound:  # it was deleted, and what was made of it was not
            leading = None
        related = services.related.of(connection, job.leading_id or job.id)
    return {
        "leading_job": {} if leading is None else _entry(leading),
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
        None, description="Required for a MECHANICAL or PREMIUM job: people go over its transcript first."
    )


@call(
    "job/translate",
    TranslateParameters,
    answer='{"translation_job_ids": ["<32 hex digits>", …], "message": "Child Translation Created for de"}',
    status=CREATED,
    optional_version=True,
)
def translate(context: Context, parameters: TranslateParameters) -> OrderedTranslations:
    """Orders translations of what a job was or will be transcribed to."""
    services = context.services
    job = services.jobs.find(parameters.job_id, context.visible_accounts)
    languages = wanted_languages(context, job, parameters.target_languages)
    if all(language == language_of(job) for language in languages):
        raise InvalidQuery(f"target_languages: name at least one language other than {language_of(job)}")
    with services.database.write() as connection:
        job = services.jobs.fetch(connection, parameters.job_id, context.visible_accounts)
        if job.order_task_id is None:
            raise InvalidQuery(
                f"The job is {job.status} and nothing was ordered yet; use perform_transcription first"
            )
        source = job
        if _needs_uplevel(job) and services.uplevels.existing(connection, job) is None:
            if parameters.approve_uplevel is None:
                raise MissingParameter(
                    f"Missing required parameter: approve_uplevel (the job is {job.fidelity}; "
                    "it is upleveled before it is translated: send approve_uplevel=true)"
                )
            if not parameters.approve_uplevel:
                raise InvalidQuery(
                    f"approve_uplevel: a {job.fidelity} job must be upleveled before it is translated; "
                    "send true"
                )
        if _needs_uplevel(job):
            source = services.uplevels.existing(connection, job) or services.uplevels.open(
                connection, job, priority=job.priority or Priority.STANDARD
            )
        children = services.translations.open(
            connection,
            source,
            languages,
            fidelity=Fidelity.HIGH,
            priority=job.priority or Priority.STANDARD,
            callback_url=job.callback_url,
            options=job.options,
        )
    context.backend.wake()
    return {
        "translation_job_ids": [child.job.id for child in children if child.created],
        "message": ". ".join(_said(child) for child in children),
    }


def _needs_uplevel(job: Job) -> bool:
    """A translation goes with the list that it is made of: only a transcript is upleveled first."""
    return job.fidelity in (Fidelity.MECHANICAL, Fidelity.STANDARD) and not (
        job.leading_id is not None and job.target_language
    )


def _said(child: Child) -> str:
    verb = "Created for" if child.created else "already exists for"
    return f"Child Translation {verb} {child.language}"


class UplevelParameters(JobParameters):
    speaker_id: Bool = Field(False, description="Tell speakers apart.")
    priority: AnyPriority = Field(Priority.STANDARD, description="How soon.")
    timing: Bool = Field(False, description="Ask the reviewer to go over the times too.")
    requestor: Text = Field("", description="Who asked for it.")
    reference: Text = Field("", description="A reference of your own.")
    caption_import_as_fp: Bool = Field(False, description="Take imported captions as the first pass.")


@call(
    "job/uplevel",
    UplevelParameters,
    answer='{"upleveled_job_id": "<32 hex digits>", "upleveled_workflow": "MechFP 2nd Pass Only"}',
    status=CREATED,
    optional_version=True,
)
def uplevel(context: Context, parameters: UplevelParameters) -> UpleveledJob:
    """Opens a PROFESSIONAL job that goes on with the transcript of a finished one."""
    services = context.services
    with services.database.write() as connection:
        job = services.jobs.fetch(connection, parameters.job_id, context.visible_accounts)
        check_uplevel(job, services.uplevels.existing(connection, job))
        made = services.uplevels.open(
            connection,
            job,
            priority=parameters.priority,
            speaker_id=parameters.speaker_id,
            timing=parameters.timing,
            requestor=parameters.requestor,
            reference=parameters.reference,
        )
    context.backend.wake()
    return {"upleveled_job_id": made.id, "upleveled_workflow": services.uplevels.workflow(job)}
