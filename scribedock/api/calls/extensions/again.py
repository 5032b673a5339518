"""The call that opens a job on the recording of another one. It is ours, not the vendor's."""

from __future__ import annotations

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import OpenedJob
from scribedock.api.schema.parameters import Positive, Text
from scribedock.ordering.transcribe_again import AgainRequest, open_again


class AgainParameters(JobParameters):
    job_name: Text | None = Field(None, description="Name of the new job; left out: that of the other.")
    language: Text | None = Field(
        None, description="Spoken language, as of `new`; left out: that of the other job."
    )
    external_id: Text = Field("", description="Your own id for the new job.")
    expected_speakers: Positive | None = Field(
        None, description="Number of people who speak; left out: as of the other job."
    )


@call(
    "job/again",
    AgainParameters,
    is_vendors=False,
    needs=Right.UPLOAD,
    answer='{"JobId": "<32 hex digits>", "TaskId": "<32 hex digits>"}',
)
def again(context: Context, parameters: AgainParameters) -> OpenedJob:
    """Open another job on the job's recording, without an upload; order it with perform_transcription."""
    asked = AgainRequest(
        name=parameters.job_name,
        language=parameters.language,
        external_id=parameters.external_id,
        expected_speakers=parameters.expected_speakers,
        remark=context.remark_on_misspelt,
    )
    job_id, task_id = open_again(
        context.services, context.capabilities, parameters.job_id, context.visible_accounts, asked
    )
    context.backend.wake()
    return {"JobId": job_id, "TaskId": task_id}
