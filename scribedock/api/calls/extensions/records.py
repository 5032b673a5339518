"""The calls that show what belongs to a job besides its results: callbacks, guidelines, audit log.

They are ours, not the vendor's.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scribedock.accounts.scopes import Right
from scribedock.api.calls.jobs import JobParameters
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import WHOLE_NUMBER
from scribedock.api.schema.record_answers import CallbackTry, JobAuditEntry, JobCallback, JobGuideline
from scribedock.clock import format_time
from scribedock.dispatch.tries import DeliveryTry
from scribedock.orders.callback_url import without_password
from scribedock.orders.guidelines import Guideline
from scribedock.reports.audit import AuditEntry
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.decoding import decoded

MAX_CALLBACKS = 100
MAX_GUIDELINE_CHARACTERS = 20_000
MAX_ENTRIES = 1000


@call(
    "job/list_callbacks",
    JobParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='[{"callback_id": "…", "state": "delivered", "tries": [{"at": "…", "http_status": 200, …}], …}]',
    changes=False,
)
def list_callbacks(context: Context, parameters: JobParameters) -> list[JobCallback]:
    """List the job's callbacks with their tries, the newest callback first."""
    services = context.services
    job = services.jobs.find_job(parameters.job_id, context.visible_accounts)
    return [
        {
            "callback_id": each.id,
            "iwp_name": each.iwp_name,
            "url": without_password(each.url),
            "state": each.state,
            "created": format_time(each.created),
            "next_try": format_time(each.due),
            "tries": [_try(made) for made in services.callbacks.tries(each.id)],
        }
        for each in services.callback_listing.matching(job_id=job.id, limit=MAX_CALLBACKS)
    ]


def _try(made: DeliveryTry) -> CallbackTry:
    answer: CallbackTry = {
        "at": format_time(made.at),
        "problem": made.problem,
        "duration": made.duration_ms,
    }
    if made.http_status is not None:
        answer["http_status"] = made.http_status
    return answer


@call(
    "job/list_guidelines",
    JobParameters,
    is_vendors=False,
    needs=Right.READ,
    answer='[{"name": "terms.txt", "added": "…", "size": 12, "is_html": false, "text": "…"}]',
    reads_content=True,
    changes=False,
)
def list_guidelines(context: Context, parameters: JobParameters) -> list[JobGuideline]:
    """List the guidelines that were added to the job, oldest first, with the beginning of their texts."""
    job = context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
    return [_guideline(each) for each in context.services.guidelines.guidelines_of_job(job.id)]


def _guideline(guideline: Guideline) -> JobGuideline:
    answer: JobGuideline = {
        "name": guideline.name,
        "added": format_time(guideline.added),
        "size": len(guideline.body),
        "is_html": guideline.is_html,
    }
    try:
        text = decoded(guideline.body)
    except UnreadableFile:
        return answer
    answer["text"] = text[:MAX_GUIDELINE_CHARACTERS]
    answer["truncated"] = len(text) > MAX_GUIDELINE_CHARACTERS
    return answer


class JobAuditParameters(JobParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_ENTRIES), WHOLE_NUMBER] = Field(
        100, description=f"Maximum number of entries, up to {MAX_ENTRIES}."
    )


@call(
    "job/audit",
    JobAuditParameters,
    is_vendors=False,
    needs=Right.ADMINISTER,
    answer='[{"at": "…", "call": "job/new", "username": "…", "person": "…", "outcome": "done", …}]',
    changes=False,
)
def audit(context: Context, parameters: JobAuditParameters) -> list[JobAuditEntry]:
    """Show who did what to the job, the newest first."""
    services = context.services
    job = services.jobs.find_job(parameters.job_id, context.visible_accounts)
    found = services.audit.entries(job_id=job.id, limit=parameters.limit)
    return [_entry(each, is_visible=each.account_id in context.visible_accounts) for each in reversed(found)]


def _entry(entry: AuditEntry, *, is_visible: bool) -> JobAuditEntry:
    return {
        "at": format_time(entry.at),
        "call": entry.call,
        "username": entry.username if is_visible else "",
        "person": entry.person if is_visible else "",
        "address": entry.address if is_visible else "",
        "outcome": entry.outcome,
    }
