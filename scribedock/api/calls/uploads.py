"""The calls about pre-signed upload URLs: `job/request_upload_url`, and ours below `/api/upload/`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import Upload, UploadList, UploadUrl
from scribedock.api.schema.parameters import WHOLE_NUMBER, Positive, Text
from scribedock.clock import format_time, from_timestamp
from scribedock.uploads.core.records import UploadState
from scribedock.uploads.grant import MAX_LIFETIME_S

ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?\Z")  # RFC 6454 §6.2
MAX_ORIGIN = 255


def _origin(value: str) -> str:
    if value and (len(value) > MAX_ORIGIN or not ORIGIN.match(value)):
        raise ValueError("must be an origin as browsers send it, for example https://app.example.org")
    return value


class UploadUrlParameters(JobParameters):
    expires_in: Annotated[int, Field(ge=1, le=MAX_LIFETIME_S), WHOLE_NUMBER] | None = Field(
        None, description="Lifetime of the URL in seconds; default: 12 hours."
    )
    max_bytes: Positive | None = Field(None, description="Largest recording that the URL accepts, in bytes.")
    cors_origin: Annotated[Text, AfterValidator(_origin)] = Field(
        "", description="The only origin whose pages may use the URL; default: any."
    )


# No deed: the URL is stored nowhere, and what is uploaded there is a task of the job.
@call(
    "job/request_upload_url",
    UploadUrlParameters,
    needs=Right.UPLOAD,
    answer='{"upload_url": "https://…"}',
    refusals=(429,),
    changes=False,
    brief=True,
)
def request_upload_url(context: Context, parameters: UploadUrlParameters) -> UploadUrl:
    """Get a pre-signed URL to PUT the recording to without an Authorization header, valid for 12 hours.

    `Notice` stands beside it only where an object store takes the upload, which cannot resume one.
    """
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    if not job.sandbox:
        context.services.budgets.check_upload(job.account_id)
    url = context.services.uploads.issue(
        job,
        context.base_url,
        expires_in_s=parameters.expires_in,
        max_bytes=parameters.max_bytes,
        cors_origin=parameters.cors_origin,
    )
    notice = context.services.uploads.notice
    return {"upload_url": url} if notice is None else {"upload_url": url, "Notice": notice}


@call(
    "upload/list",
    JobParameters,
    is_vendors=False,
    needs=Right.ANY,
    answer='{"Uploads": [{"UploadId": "…", "Status": "…", …}, …]}',
    changes=False,
)
def list_uploads(context: Context, parameters: JobParameters) -> UploadList:
    """List the uploads to the job's upload URLs, oldest first; unused URLs do not appear."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    return {"Uploads": [_answer(state) for state in context.services.uploads.uploads_of_job(job.id)]}


@call("upload/cancel", JobParameters, needs=Right.UPLOAD, answer="204", is_vendors=False)
def cancel_uploads(context: Context, parameters: JobParameters) -> None:
    """Invalidate the job's upload URLs, and discard unfinished uploads."""
    context.services.uploads.cancel(parameters.job_id, context.visible_accounts)


def _answer(state: UploadState) -> Upload:
    found: Upload = {
        "UploadId": state.id,
        "TaskId": state.task_id,
        "Status": state.status,
        "Protocol": state.protocol,
        "BytesReceived": state.bytes,
        "CreationDate": format_time(state.created),
        "ExpirationDate": format_time(from_timestamp(state.expires)),
    }
    if state.length:
        found |= {"BytesTotal": state.length, "Percent": 100 * state.bytes // state.length}
    if state.parent_id is not None:
        found["PartOf"] = state.parent_id
    return found
