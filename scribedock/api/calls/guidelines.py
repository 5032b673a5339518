"""`job/add_custom_guidelines`: from a URL, a page, a file, or the parameter itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import GuidelineStored
from scribedock.api.schema.parameters import Bool, File, Text, UploadedFile
from scribedock.api.transport.waiting import unless_gone
from scribedock.errors import InvalidQuery, InvalidUrl, MissingParameter
from scribedock.jobs.job import Job
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient, normalise
from scribedock.orders.guidelines import MAX_BYTES
from scribedock.sandbox.prepared import TEXT

SOURCE_PARAMETERS = ("guidelines_url", "file", "guidelines_data")
FETCH_LIMITS = FetchLimits(max_bytes=MAX_BYTES, timeout_s=30)
BUCKET = "guidelines"


class GuidelinesParameters(JobParameters):
    guidelines_url: Text | None = Field(None, description="URL to fetch the guideline from.")
    is_html: Bool = Field(False, description="The page itself is the guideline.")
    file: File | None = Field(None, description="The guideline, as a file of a multipart body.")
    guidelines_data: Text | None = Field(None, description="The guideline itself.")


@call(
    "job/add_custom_guidelines",
    GuidelinesParameters,
    needs=Right.UPLOAD,
    answer='{"CUSTOM_GUIDELINES_STORED": {"full_html": false, "storage_data": '
    '{"path": "…", "account": "…", "bucket": "…", "size": 12}}}',
    refusals=(413,),
    optional_version=True,
)
async def add_custom_guidelines(context: Context, parameters: GuidelinesParameters) -> GuidelineStored:
    """Add a guideline (up to 1 MiB) to the job, for its reviewers; the recognizer uses its terms."""
    given = [name for name in SOURCE_PARAMETERS if getattr(parameters, name) is not None]
    if not given:
        raise MissingParameter(f"Missing required parameter: one of {', '.join(SOURCE_PARAMETERS)}")
    if len(given) > 1:
        raise InvalidQuery(f"{' and '.join(given)}: send one of them, not {len(given)}")
    job = await run_in_threadpool(_addable, context, parameters.job_id)
    guideline = await _guideline(context, parameters, job)
    kept = await run_in_threadpool(
        context.services.guidelines.add,
        parameters.job_id,
        context.visible_accounts,
        name=guideline.name,
        body=guideline.content,
        is_html=parameters.is_html,
    )
    return {
        "CUSTOM_GUIDELINES_STORED": {
            "full_html": kept.is_html,
            "storage_data": {
                "path": f"{kept.job_id}/{kept.id}",
                "account": kept.username,
                "bucket": BUCKET,
                "size": len(kept.body),
            },
        }
    }


def _addable(context: Context, job_id: str) -> Job:
    """Check, before anything is fetched, that the job may have one more guideline; return the job."""
    context.services.guidelines.check_addable(job_id, context.visible_accounts)
    return context.services.jobs.find_job(job_id, context.visible_accounts)


async def _guideline(context: Context, parameters: GuidelinesParameters, job: Job) -> UploadedFile:
    if parameters.file is not None:
        return parameters.file
    if parameters.guidelines_data is not None:
        return UploadedFile(name="guidelines_data", content=parameters.guidelines_data.encode())
    assert parameters.guidelines_url is not None
    url = normalise(parameters.guidelines_url)
    fetcher = context.services.fetcher
    fetcher.check(url)
    if job.sandbox:
        return UploadedFile(name=url, content=TEXT.encode())
    branch = await run_in_threadpool(lambda: context.branch)
    fetch = context.backend.fetches.submit(branch, lambda seat: _fetched(fetcher, url, seat.is_wanted))
    return UploadedFile(name=url, content=await unless_gone(context.request, fetch))


def _fetched(fetcher: GuardedClient, url: str, wanted: Callable[[], bool]) -> bytes:
    """Fetch the URL, in a thread that answers no calls. Raises InvalidUrl, and Unwanted if nobody waits."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guideline"
        try:
            fetcher.download(url, path, FETCH_LIMITS, wanted=wanted)
        except FetchFailed as error:
            raise InvalidUrl(f"guidelines_url: {error}") from None
        return path.read_bytes()
