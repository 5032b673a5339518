"""The call that adds a transcript to a job, to be synchronized instead of recognized."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.accounts.scopes import Right
from scribedock.accounts.sessions import Dialect
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import AddedTranscript
from scribedock.api.schema.parameters import Raw, Text, choice, is_absent
from scribedock.api.transport.bodies import spooled
from scribedock.api.transport.waiting import unless_gone
from scribedock.errors import InvalidQuery, MissingParameter
from scribedock.jobs.transcripts import check_addable
from scribedock.media.fetching.fetch import normalise
from scribedock_captions.readers import TextFormat
from scribedock_captions.readers.decoding import MAX_FILE_BYTES


class AddTranscriptParameters(JobParameters):
    transcript_url: Text | None = Field(
        None, description="URL to fetch the transcript from; absent: it is the body of a POST."
    )
    format: Annotated[TextFormat, choice(TextFormat)] | None = Field(
        None, description="text, srt, vtt, dfxp, scc or sbv; absent: detected."
    )


def _is_transcript(query: Raw) -> bool:
    return is_absent(query.get("transcript_url", ()))


@call(
    "job/add_transcript",
    AddTranscriptParameters,
    needs=Right.UPLOAD,
    answer='{"TaskId": "<32 hex digits>", "Warnings": "…"}',
    body={"application/octet-stream": bytes},
    body_is_file=_is_transcript,
)
async def add_transcript(context: Context, parameters: AddTranscriptParameters) -> AddedTranscript:
    """Add a transcript (up to 8 MiB); the order then aligns it instead of recognizing speech."""
    warnings = ""
    if parameters.transcript_url is not None:
        task_id = await run_in_threadpool(_attach_url, context, parameters, parameters.transcript_url)
    elif context.request.method == "POST":
        await run_in_threadpool(_check_job, context, parameters.job_id)
        task_id, warnings = await _receive(context, parameters)
    else:
        raise MissingParameter(
            "Missing required parameter: transcript_url (or POST the transcript as the body of the request)"
        )
    if warnings and context.dialect is Dialect.CLASSIC:
        return {"TaskId": task_id, "Warnings": warnings}
    return {"TaskId": task_id}


def _attach_url(context: Context, parameters: AddTranscriptParameters, url: str) -> str:
    services = context.services
    url = normalise(url)
    services.fetcher.check(url)
    task_id = services.transcripts.attach(
        parameters.job_id, context.visible_accounts, format=parameters.format, url=url
    )
    context.backend.wake()
    return task_id


def _check_job(context: Context, job_id: str) -> None:
    check_addable(context.services.jobs.find_job(job_id, context.visible_accounts))


async def _receive(context: Context, parameters: AddTranscriptParameters) -> tuple[str, str]:
    """Return the TaskId, and what of the body is not used; it is read in a process of its own."""
    backend, settings = context.backend, context.services.settings
    branch = await run_in_threadpool(lambda: context.branch)
    async with (
        backend.bodies.turn(branch),
        spooled(context.request, settings, "transcript", limit=MAX_FILE_BYTES) as source,
    ):
        if not source.size:
            raise InvalidQuery("The body is empty; send the transcript, or a transcript_url")
        check = backend.parser.submit(
            branch,
            "check_given_transcript",
            source,
            {"format": parameters.format and parameters.format.value},
        )
        warnings = str((await unless_gone(context.request, check)).facts["warnings"])

        def attach() -> str:
            source.file.seek(0)
            return context.services.transcripts.attach(
                parameters.job_id,
                context.visible_accounts,
                format=parameters.format,
                body=source.file.read(),
                warnings=warnings,
            )

        return await run_in_threadpool(attach), warnings
