"""The call that gives a job a transcript, to be synchronized instead of recognized."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.api.answers import StartedTask
from scribedock.api.bodies import whole
from scribedock.api.calls import Context, call
from scribedock.api.job_calls import JobParameters
from scribedock.api.parameters import Raw, Text, choice
from scribedock.captions.readers import TextFormat
from scribedock.captions.readers.decoding import MAX_BYTES
from scribedock.errors import InvalidQuery, MissingParameter
from scribedock.jobs.transcripts import check_addable
from scribedock.media.fetch import normalise
from scribedock.workflow.transcripts import check_transcript


class AddTranscriptParameters(JobParameters):
    transcript_url: Text | None = Field(
        None, description="Where the transcript is fetched from; absent: it is the body of a POST."
    )
    format: Annotated[TextFormat, choice(TextFormat)] | None = Field(
        None, description="text, srt, vtt or dfxp; absent: recognised by its look."
    )


def _is_transcript(query: Raw) -> bool:
    return "transcript_url" not in query


@call(
    "job/add_transcript",
    AddTranscriptParameters,
    answer='{"TaskId": "<32 hex digits>"}',
    body={"application/octet-stream": bytes},
    body_is_file=_is_transcript,
)
async def add_transcript(context: Context, parameters: AddTranscriptParameters) -> StartedTask:
    """Adds what is said in the recording (up to 8 MiB); the order then finds the time of each word."""
    if parameters.transcript_url is not None:
        task_id = await run_in_threadpool(_attach_url, context, parameters, parameters.transcript_url)
    elif context.request.method == "POST":
        await run_in_threadpool(_check_job, context, parameters.job_id)
        settings = context.services.settings
        body = await whole(context.request, settings, "transcript", limit=MAX_BYTES)
        task_id = await run_in_threadpool(_attach_body, context, parameters, body)
    else:
        raise MissingParameter(
            "Missing required parameter: transcript_url (or POST the transcript as the body of the request)"
        )
    return {"TaskId": task_id}


def _attach_url(context: Context, parameters: AddTranscriptParameters, url: str) -> str:
    services = context.services
    url = normalise(url)
    services.fetcher.check(url)
    task_id = services.transcripts.attach(
        parameters.job_id, context.family, format=parameters.format, url=url
    )
    context.backend.wake()
    return task_id


def _check_job(context: Context, job_id: str) -> None:
    check_addable(context.services.jobs.find(job_id, context.family))


def _attach_body(context: Context, parameters: AddTranscriptParameters, body: bytes) -> str:
    if not body:
        raise InvalidQuery("The body is empty; send the transcript, or a transcript_url")
    check_transcript(body, parameters.format)
    return context.services.transcripts.attach(
        parameters.job_id, context.family, format=parameters.format, body=body
    )
