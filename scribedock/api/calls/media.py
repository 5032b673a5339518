"""The calls that add a recording to a job."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import StartedTask
from scribedock.api.schema.parameters import Bool, Raw, Text, is_absent
from scribedock.api.transport.bodies import announces_more
from scribedock.api.transport.feeding import FedBody
from scribedock.api.transport.store_threads import run_in_store_thread
from scribedock.api.transport.upload_endpoint import head_of
from scribedock.errors import InvalidQuery, MissingParameter
from scribedock.jobs.job import Job
from scribedock.ordering.add_media import add_media_bytes
from scribedock.ordering.add_media import add_media_url as add_media_url_to_job
from scribedock.storage.store import Partial
from scribedock.uploads.core.digests import Digester, Expected
from scribedock.uploads.core.errors import ConnectionLost, TooLarge, storage_fault
from scribedock.uploads.core.request import Protocol
from scribedock.uploads.http.coding import check_coding
from scribedock.uploads.http.digests import digests_of
from scribedock.uploads.transfer.coding import framing_of_decoded
from scribedock.uploads.transfer.pace import Pace

TASK_ANSWER = '{"TaskId": "<32 hex digits>"}'


class AddMediaParameters(JobParameters):
    media_url: Text | None = Field(
        None, description="URL to fetch the recording from; absent: it is the body of a POST."
    )
    is_duplicate: Bool | None = Field(
        None,
        description="Whether another job may have the same media_url: false refuses it; left out, "
        "Notice names that job.",
    )


def _is_recording(query: Raw) -> bool:
    return is_absent(query.get("media_url", ()))


@call(
    "job/add_media",
    AddMediaParameters,
    needs=Right.UPLOAD,
    answer=TASK_ANSWER,
    body={"application/octet-stream": bytes},
    body_is_file=_is_recording,
    refusals=(429,),
)
async def add_media(context: Context, parameters: AddMediaParameters) -> StartedTask:
    """Add the recording: the raw body of a POST (up to 10 GiB), or fetched from media_url."""
    if parameters.media_url is not None:
        task_id = await run_in_threadpool(
            _add_url, context, parameters.job_id, parameters.media_url, parameters.is_duplicate
        )
    elif context.request.method == "POST":
        task_id = await _receive(context, parameters.job_id)
    else:
        raise MissingParameter(
            "Missing required parameter: media_url (or POST the recording as the body of the request)"
        )
    return {"TaskId": task_id}


class AddMediaUrlParameters(JobParameters):
    media_url: Text = Field(description="A media file, or a page of up to 2 MiB that embeds one.")


@call("job/add_media_url", AddMediaUrlParameters, needs=Right.UPLOAD, answer=TASK_ANSWER, refusals=(429,))
def add_media_url(context: Context, parameters: AddMediaUrlParameters) -> StartedTask:
    """Add the recording from the public URL of a media file, or of a page that embeds one."""
    job = _job_with_budget(context, parameters.job_id)
    task_id = add_media_url_to_job(
        context.services,
        job.id,
        context.visible_accounts,
        parameters.media_url,
        may_be_page=True,
        may_repeat=True if context.is_shared(job.account_id) else None,
    )
    context.backend.wake()
    return {"TaskId": task_id}


def _job_with_budget(context: Context, job_id: str) -> Job:
    """Return the job that gets a recording. Raises ItemNotFound; BudgetExceeded."""
    job = context.services.jobs.find_job(job_id, context.visible_accounts)
    if not job.sandbox:
        context.services.budgets.check_upload(job.account_id)
    return job


def _add_url(context: Context, job_id: str, url: str, is_duplicate: bool | None) -> str:
    services = context.services
    job = _job_with_budget(context, job_id)
    task_id = add_media_url_to_job(
        services,
        job.id,
        context.visible_accounts,
        url,
        may_be_page=False,
        may_repeat=True if context.is_shared(job.account_id) else is_duplicate,
    )
    context.backend.wake()
    return task_id


class _Recording:
    """Where the body of the call goes: a partial, up to a size in bytes, with these digests."""

    def __init__(self, partial: Partial, limit: int, expected: Sequence[Expected]) -> None:
        self._partial = partial
        self._limit = limit
        self._expected = expected
        self._digester = Digester(each.algorithm for each in expected)

    def write(self, data: memoryview) -> None:
        """Append `data`. Raises TooLarge, StorageFault, NoRoom."""
        if self._partial.bytes + len(data) > self._limit:
            raise TooLarge(self._limit)
        try:
            self._partial.write(data)
        except OSError as error:
            raise storage_fault(error) from error
        self._digester.update(data)

    def check(self) -> None:
        """Raise DigestMismatch where the bytes do not have a digest that the client gave."""
        self._digester.check(self._expected)


async def _receive(context: Context, job_id: str) -> str:
    await run_in_threadpool(_check_addable, context, job_id)
    head = head_of(context.request)
    check_coding(head, Protocol.PLAIN)
    digests = digests_of(head)
    settings = context.services.settings
    limit = settings.upload_max_bytes
    if announces_more(context.request, limit):
        raise TooLarge(limit)
    context.services.uploads.check_room()
    pace = Pace(
        stall_s=settings.upload_stall_s, min_rate=settings.upload_min_rate, advice="send the recording again"
    )
    try:
        new = await run_in_store_thread(context.services.store.begin)
        try:
            recording = _Recording(new, limit, (*digests.content, *digests.whole))
            body = FedBody(context.backend.receiver, recording, framing_of_decoded(head), pace)
            await body.receive(context.request.stream())
            if new.bytes == 0:
                raise InvalidQuery("The body is empty; send the bytes of the recording, or a media_url")
            recording.check()
            task_id = await run_in_store_thread(
                add_media_bytes, context.services, job_id, context.visible_accounts, new
            )
        finally:
            await run_in_store_thread(new.__exit__)
    except ConnectionLost:
        raise InvalidQuery("The connection was lost before the recording was complete") from None
    except OSError as error:
        raise storage_fault(error) from error
    context.backend.wake()
    return task_id


def _check_addable(context: Context, job_id: str) -> None:
    context.services.media.check_addable(_job_with_budget(context, job_id))
